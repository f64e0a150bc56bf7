//! Other queues on Redis, in turn with this one, each on a Redis with the settings that ours has: ocypod, an
//! HTTP service written in Rust, and BullMQ, a library inside of a Node process.

mod bullmq;
mod comparison;
mod ocypod;
mod peer;
mod redis;

pub(crate) use comparison::run;
