//! The pooled, pipelined, compressed Redis layer under Waggle.
//!
//! Nothing above this crate knows whether Redis is one server or a cluster,
//! which connection a call travels on, or how many calls travel together.

pub mod access;
pub mod backoff;
pub mod clock;
pub mod codec;
pub mod config;
pub mod error;
pub mod function;
pub mod handle;
pub mod lane;
pub mod metrics;
pub mod perf;
pub mod pipeline;
pub mod server;
pub mod trace;

pub use codec::Codec;
pub use error::{Error, Outcome};
pub use function::{Call, Library};
pub use handle::{Exclusive, Exercise, Figures, NotReady, PoolStatus, Redis, Target};
pub use lane::wake::{Wake, Wakeups};
pub use pipeline::{LateCall, Merge, Merger};
pub use redis::Value;

/// The client below, for those who build commands or read replies.
pub use ::redis;
