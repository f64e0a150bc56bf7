//! Operations on a swarm's history: one file, one operation, one function.

mod follow;
mod followers;
mod read;

pub use follow::{Followed, Follower, Until};
pub(crate) use followers::Followers;
pub(crate) use read::events;
