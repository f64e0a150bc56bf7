//! `waggle events`: what happens in a swarm, line by line.

mod args;
mod follow;
mod stream;

pub use args::EventsArgs;
