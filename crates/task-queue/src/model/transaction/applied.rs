//! What became of the operations of a transaction.

use serde::Serialize;

use crate::model::{Completed, DeletedState, Failed, Sent, StateEntry, Task};

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
