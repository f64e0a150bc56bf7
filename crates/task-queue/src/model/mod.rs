//! The shapes of the domain: what a task is, what may be asked, what is answered.

mod agent;
mod backoff;
mod budget;
mod claim;
mod event;
mod event_filter;
mod event_id;
mod id;
mod invalid;
mod json;
mod message;
mod name;
mod new_task;
mod object;
mod page;
mod policy;
mod scan;
mod settlement;
mod stamp;
mod state;
mod stats;
mod status;
mod swarm;
mod task;
mod text;
mod transaction;

pub use agent::{
    Agent, AgentHeartbeat, AgentHeartbeaten, AgentQuery, AgentStatus, ExtendedLease, HeldLease, NewAgent,
};
pub use backoff::{Backoff, BackoffKind};
pub use budget::{Budget, OnExceeded, Usage};
pub use claim::{Claim, Claimed, Directive, Lease};
pub use event::Event;
pub use event_filter::{EventFilter, EventKinds, NotAKind};
pub use event_id::{EventId, NotAnEventId};
pub use id::{MessageId, TaskId};
pub use invalid::{FieldError, Invalid};
pub use json::Json;
pub(crate) use message::countable;
pub use message::{Ack, Acked, Inbox, InboxQuery, Message, NewMessage, Sent, To};
pub use name::{AgentName, Capability, QueueName, SwarmName, Tag, TopicName};
pub use new_task::NewTask;
pub(crate) use object::{object, optional_object};
pub use page::{ListQuery, Page};
pub use policy::{DependencyPolicy, Strategy};
pub use scan::{Unreadable, scan};
pub use settlement::{
    Cancelled, Complete, Completed, Fail, Failed, Heartbeat, Heartbeaten, NextClaim, Outcome, OutcomeKind,
    Release, Released, Retried, Settled, SettledStatus, Settlement, TaskError,
};
pub use stamp::Stamp;
pub use state::{
    DeletedState, Increment, NotAKey, PutState, StateEntry, StateGuard, StateItem, StateKey, StatePage,
    StateQuery, Versions, WriterLease,
};
pub use stats::{AgentCounts, Rates, Stats, TaskCounts};
pub use status::Status;
pub use swarm::{NewSwarm, Swarm, SwarmLimits};
pub use task::{Task, TaskRead};
pub use text::Text;
pub use transaction::{
    Applied, Condition, MessageSend, Operation, StateDelete, StateIncrement, StatePut, TaskComplete,
    TaskFail, TaskRelease, TaskSubmit, Transaction,
};
