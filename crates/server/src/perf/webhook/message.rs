use bytes::Bytes;
use serde::Serialize;
use uuid::Uuid;
use waggle_task_queue::model::Stamp;

use crate::perf::Node;
use crate::perf::report::{Alert, AlertState};

/// One alert on its way; the same bytes at every attempt.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// The same at every attempt, so that a receiver can tell a repetition.
    pub(super) id: String,
    pub(super) alert: String,
    pub(super) body: Bytes,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Stamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    alert: &'a Alert,
    node: &'a str,
}

impl Message {
    pub(super) fn new(alert: &Alert, node: &Node) -> Self {
        let kind = match alert.state {
            AlertState::Firing => "alert.firing",
            AlertState::Resolved => "alert.resolved",
            AlertState::Pending => "alert.pending",
        };
        let body = Body { kind, timestamp: alert.since, data: Data { alert, node: node.as_str() } };
        // Texts and numbers are always JSON.
        let body = serde_json::to_vec(&body).unwrap_or_default().into();
        Self { id: format!("msg_{}", Uuid::now_v7().simple()), alert: alert.name.clone(), body }
    }
}
