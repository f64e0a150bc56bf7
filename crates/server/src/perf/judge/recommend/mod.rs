//! What to change: rules that each name a setting and the evidence.

mod agents;
mod assignment;
mod compression;
mod errors;
mod facts;
mod memory;
mod pipeline;
mod pool;
mod queues;
mod recommendations;
mod redis;
#[cfg(test)]
mod testing;

pub use recommendations::recommendations;
