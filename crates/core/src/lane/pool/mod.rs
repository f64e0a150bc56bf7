//! Connections for exclusive use: what blocks, subscribes or needs a
//! connection of its own, once a request at most.

mod exclusive;
mod keeper;
mod manager;
#[expect(clippy::module_inception, reason = "the pool of the pool lane")]
mod pool;
mod status;

pub use exclusive::Exclusive;
pub(crate) use pool::Pool;
pub use status::PoolStatus;
