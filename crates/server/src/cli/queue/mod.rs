//! `waggle queue`: look at queues, say what their limits are, and steer them from a shell.

mod args;
mod drain;
mod get;
mod list;
mod pause;
mod purge;
mod replay;
mod resume;
mod set;

pub use args::QueueArgs;
