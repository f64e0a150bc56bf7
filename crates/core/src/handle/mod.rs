//! The handle in front of one server and of a cluster alike: nothing above
//! knows which it is.

mod access;
mod backend;
mod busy;
mod check;
mod clients;
mod cut;
mod exercise;
mod figures;
mod redis;
mod running;
mod target;
mod version;

pub use self::redis::Redis;
pub(crate) use backend::Backend;
pub use check::NotReady;
pub use exercise::Exercise;
pub use figures::Figures;
pub use target::Target;

pub use crate::config::Mode;
pub use crate::lane::pool::{Exclusive, PoolStatus};
