//! `waggle-naive`: what a service costs that is written without any thought for it: axum, one multiplexed
//! connection and one function an operation, on a Redis with the same settings. `waggle bench --only naive`
//! measures it in turn with the real one: the yardstick for what coalescing, the layout of a task in Redis and
//! careful handling of JSON are worth.

mod args;
mod functions;
mod redis_server;
mod routes;

use clap::Parser as _;

fn main() -> anyhow::Result<()> {
    routes::serve(&args::NaiveArgs::parse())
}
