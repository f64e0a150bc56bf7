//! The command line.

pub mod agent;
mod backup;
mod client;
mod doctor;
mod each;
pub mod events;
mod main;
pub mod message;
mod meter;
mod migrate;
mod openapi;
mod pages;
mod path;
pub mod perf;
mod polls;
mod print;
pub mod queue;
mod redis_acl;
pub mod schedule;
mod serve;
mod service;
mod settings;
mod source;
pub mod state;
pub mod swarm;
pub mod task;
pub mod token;
pub mod transaction;
mod validate;

pub use main::main;
