//! The ways to Redis: a hot lane for every ordinary call, a pool for exclusive
//! use, a subscriber for wake-ups, and the breaker in front.

pub mod breaker;
pub(crate) mod hot;
pub mod pool;
pub mod wake;

mod address;
mod certificates;
mod cluster;
mod credentials;
pub(crate) mod name;
mod single;

pub(crate) use address::Address;
