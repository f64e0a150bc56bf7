//! From a request to types of the domain, or to the problem that says why not.

mod accept;
mod body;
mod field;
mod headers;
mod json;
mod kept;
mod last_event_id;
mod lease;
mod lines;
mod path;
mod prefer;
mod query;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use accept::Accept;
pub use body::BodyLimits;
pub(crate) use body::{discard as discard_body, next as next_of_body};
pub(crate) use headers::{IdempotencyKey, Traceparent, is_traceparent};
pub(crate) use json::{Enveloped, Json, NoBody, OptionalJson, RawJson, parse, parse_borrowed};
pub(crate) use kept::Kept;
pub(crate) use last_event_id::LastEventId;
pub(crate) use lease::LeaseHeader;
pub(crate) use lines::Lines;
pub(crate) use path::{
    NamedToken, Swarm, SwarmAgent, SwarmAgentTopic, SwarmQueue, SwarmSchedule, SwarmTask, ValidationId,
};
pub(crate) use prefer::{Applied, Prefer};
pub(crate) use query::Query;
pub(crate) use state::{Guard, Known, SwarmCounter, SwarmState, require_merge_patch};
