//! From a request to types of the domain, or to the problem that says why not.

mod body;
mod field;
mod headers;
mod json;
mod path;
mod prefer;
mod query;
mod scan;
#[cfg(test)]
mod tests;

pub use body::BodyLimits;
pub(crate) use headers::{IdempotencyKey, Traceparent};
pub(crate) use json::{Json, Nothing, OptionalJson, RawJson, parse, parse_borrowed};
pub(crate) use path::{Swarm, SwarmTask};
pub(crate) use prefer::{Applied, Prefer};
pub(crate) use query::Query;
