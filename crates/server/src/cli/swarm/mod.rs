//! `waggle swarm`: make, look at and steer swarms from a shell.

mod args;
mod create;
mod delete;
mod export;
mod get;
mod import;
mod list;
mod pause;
mod resume;
mod stats;

pub use args::SwarmArgs;
