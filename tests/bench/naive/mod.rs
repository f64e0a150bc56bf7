//! What a service costs that is written without any thought for it: axum, one multiplexed connection and one
//! function an operation, on a Redis with the same settings. The yardstick for what coalescing, the layout of
//! a task in Redis and careful handling of JSON are worth.

mod comparison;
mod functions;
mod redis_server;
mod routes;

pub(crate) use comparison::run;
pub(crate) use routes::serve;
