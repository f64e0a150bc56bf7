//! `waggle message`: send messages to agents and read them from a shell.

mod ack;
mod args;
mod read;
mod send;
mod subscribe;
mod unsubscribe;

pub use args::MessageArgs;
