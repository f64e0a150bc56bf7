//! Operations on tasks: one file, one operation, one function.

mod cancel;
mod claim;
mod complete;
mod dependencies;
mod events;
mod fail;
mod get;
mod heartbeat;
mod list;
mod release;
mod retry;
mod settle;
mod submit;
mod submit_batch;
mod task_queue;
mod trace;

pub(crate) use settle::{SettleAnswer, SettleItem};
pub use submit::{Idempotency, Submitted};
pub(crate) use submit::{SubmitItem, Taken, taken, unknown_dependency, unknown_parent};
pub use submit_batch::{BatchAccepted, BatchItem, BatchSubmitted};
pub use task_queue::TaskQueue;
pub(crate) use task_queue::{refused, root};
pub use trace::Attempt;
