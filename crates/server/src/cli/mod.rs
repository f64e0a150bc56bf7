//! The command line.

pub mod agent;
mod client;
mod doctor;
mod main;
mod migrate;
mod openapi;
mod serve;
mod settings;
pub mod task;

pub use main::main;
