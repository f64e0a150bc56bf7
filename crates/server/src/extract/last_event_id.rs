//! `Last-Event-ID` of an `EventSource` that reconnects.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use waggle_task_queue::model::{EventId, NotAnEventId};

use crate::problem::Problem;

/// The id of the last event that the client has received; none where the header is missing or empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastEventId(pub(crate) Option<EventId>);

impl<S: Send + Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("last-event-id").filter(|value| !value.is_empty()) else {
            return Ok(Self(None));
        };
        let id = value.to_str().map_err(|_| NotAnEventId).and_then(str::parse);
        id.map(|id| Self(Some(id))).map_err(|error| Problem::field("/Last-Event-ID", error.to_string()))
    }
}
