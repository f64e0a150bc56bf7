//! `waggle state`: read and change what a swarm shares, from a shell.

mod args;
mod delete;
mod get;
mod guard;
mod increment;
mod list;
mod patch;
mod put;
mod watch;

pub use args::StateArgs;
