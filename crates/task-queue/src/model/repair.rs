//! What is answered to a cancel and to a retry.

use serde::{Deserialize, Serialize};

use super::{Status, TaskId};

/// The answer to a cancel.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cancelled {
    /// The task.
    pub id: TaskId,
    /// `cancelled`, or `running` when its holder has been asked to stop.
    pub status: Status,
    /// Present and true when the holder has been asked to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cancel_requested: bool,
}

/// The answer to a cancellation of a task and all that belong to it.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cascaded {
    /// The task.
    pub id: TaskId,
    /// `cancelled`, or `running` when its holder has been asked to stop; how it finished, when it had finished before.
    pub status: Status,
    /// Present and true when the holder has been asked to stop.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub cancel_requested: bool,
    /// Tasks that this call has cancelled or whose holders it has asked to stop, this one among them.
    pub cancelled: usize,
    /// Whether the bound of one request ended it: send it again.
    pub more: bool,
}

/// The answer to a retry.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Retried {
    /// The task.
    pub id: TaskId,
    /// `ready`, or `blocked` where it waits for others.
    pub status: Status,
}
