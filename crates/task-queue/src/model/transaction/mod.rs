//! Several operations that are applied together or not at all.

mod applied;
mod condition;
mod operation;

pub use applied::Applied;
pub use condition::Condition;
pub use operation::{
    MessageSend, Operation, StateDelete, StateIncrement, StatePut, TaskComplete, TaskFail, TaskRelease,
    TaskSubmit, Transaction,
};
