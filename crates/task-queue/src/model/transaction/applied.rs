//! What became of the operations of a transaction.

use serde::Serialize;

use crate::model::{Completed, DeletedState, Failed, Sent, StateEntry, Status, Task, TaskId};

/// What one operation is answered: as its own call would be.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Applied {
    /// Of `task.complete`.
    Completed(Completed),
    /// Of `task.fail` and `task.release`.
    GivenBack(Failed),
    /// Of `task.submit`.
    Submitted(Box<Task>),
    /// Of `message.send`.
    Sent(Sent),
    /// Of `state.put` and `state.increment`.
    Written(StateEntry),
    /// Of `state.delete`.
    Deleted(DeletedState),
}

impl Applied {
    /// The task whose attempt was ended, and where it stands now.
    pub const fn ended(&self) -> Option<(TaskId, Status)> {
        match self {
            Self::Completed(completed) => Some((completed.id, completed.status)),
            Self::GivenBack(failed) => Some((failed.id, failed.status)),
            _ => None,
        }
    }
}
