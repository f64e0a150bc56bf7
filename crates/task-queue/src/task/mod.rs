//! Operations on tasks: one file, one operation, one function.

mod act;
mod acting;
mod append_output;
mod assign;
mod attempts;
mod cancel;
mod cascade;
mod claim;
mod complete;
mod count;
mod dependencies;
mod events;
mod fail;
mod get;
mod heartbeat;
mod input;
mod input_request;
mod list;
mod output;
mod release;
mod retry;
mod settle;
mod submit;
mod submit_batch;
mod task_queue;
mod trace;

pub(crate) use settle::{SettleAnswer, SettleItem};
pub(crate) use submit::{
    Beyond, SubmitItem, Taken, deadline_passed, parent_too_deep, taken, unknown_dependency, unknown_parent,
};
pub use submit::{Idempotency, Submitted};
pub use submit_batch::{BatchAccepted, BatchItem, BatchSubmitted};
pub use task_queue::TaskQueue;
pub(crate) use task_queue::{refused, root};
pub use trace::Attempt;
