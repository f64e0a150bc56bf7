//! The service `waggle`: HTTP in front of the task queue, and its command line.

pub mod app;
pub mod auth;
mod bench;
pub mod bodies;
pub mod cli;
mod clients;
pub mod config;
mod dashboard;
mod document;
mod extract;
pub mod metrics;
mod middleware;
pub mod perf;
pub mod problem;
mod reply;
pub mod router;
mod routes;
pub mod serve;
mod snapshots;
mod sse;
#[cfg(test)]
mod testing;
pub mod tls;
mod trace;

pub use extract::BodyLimits;
pub use snapshots::Desk;
