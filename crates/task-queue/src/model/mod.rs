//! The shapes of the domain: what a task is, what may be asked, what is answered.

mod backoff;
mod claim;
mod id;
mod invalid;
mod json;
mod name;
mod new_task;
mod object;
mod page;
mod settlement;
mod stamp;
mod status;
mod swarm;
mod task;
mod text;

pub use backoff::{Backoff, BackoffKind};
pub use claim::{Claim, Claimed, Directive, Lease};
pub use id::TaskId;
pub use invalid::{FieldError, Invalid};
pub use json::Json;
pub use name::{AgentName, Capability, QueueName, SwarmName, Tag};
pub use new_task::NewTask;
pub use page::{ListQuery, Page};
pub use settlement::{
    Cancelled, Complete, Completed, Fail, Failed, Heartbeat, Heartbeaten, NextClaim, Outcome, OutcomeKind,
    Release, Released, Retried, Settled, SettledStatus, Settlement, TaskError,
};
pub use stamp::Stamp;
pub use status::Status;
pub use swarm::{NewSwarm, Swarm, SwarmLimits};
pub use task::Task;
pub use text::Text;
