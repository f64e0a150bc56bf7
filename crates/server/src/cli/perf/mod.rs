//! `waggle perf`: how a service is doing, for a person at a shell.

mod alerts;
mod args;
mod history;
mod report;

pub use args::PerfArgs;
