//! The operators' page: what it is made of, and how a browser may use it.

mod assets;
mod policy;
mod reply;

pub(crate) use assets::{Asset, PAGE};
pub(crate) use reply::reply;
