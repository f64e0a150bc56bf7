//! The shapes of the domain: what a task is, what may be asked, what is answered.

mod action;
mod agent;
mod assign;
mod attempt;
mod backoff;
mod budget;
mod claim;
mod cron;
mod ending;
mod event;
mod event_filter;
mod event_id;
mod filter;
mod heartbeat;
mod id;
mod input;
mod invalid;
mod json;
mod message;
mod name;
mod new_task;
mod object;
mod outcome;
mod output;
mod page;
mod policy;
mod queue;
mod repair;
mod scan;
mod schedule;
mod schema;
mod settlement;
mod stamp;
mod state;
mod stats;
mod status;
mod swarm;
mod task;
mod text;
mod token;
mod transaction;

pub use action::{Acted, Action, Purged, Replayed, TaskCount};
pub use agent::{
    Agent, AgentHeartbeat, AgentHeartbeaten, AgentQuery, AgentStatus, ExtendedLease, HeldLease, NewAgent,
};
pub use assign::{Assign, Assigned};
pub use attempt::{AttemptOutcome, AttemptRecord};
pub use backoff::{Backoff, BackoffKind};
pub use budget::{Budget, OnExceeded, Usage};
pub use claim::{Claim, Claimed, Directive, Lease};
pub use cron::Cron;
pub use ending::{Complete, Completed, Fail, Failed, Release, Released, TaskError};
pub use event::Event;
pub use event_filter::{EventFilter, EventKinds, NotAKind};
pub use event_id::{EventId, NotAnEventId};
pub use filter::TaskFilter;
pub use heartbeat::{Heartbeat, Heartbeaten};
pub use id::{MessageId, TaskId};
pub use input::{Input, InputGiven, InputRequest, InputRequested, TaskInput};
pub use invalid::{FieldError, Invalid};
pub use json::Json;
pub(crate) use message::countable;
pub use message::{Ack, Acked, Inbox, InboxQuery, Message, NewMessage, Sent, To};
pub use name::{AgentName, Capability, QueueName, ScheduleName, SwarmName, Tag, TokenName, TopicName};
pub use new_task::NewTask;
pub(crate) use object::{object, optional_object};
pub use outcome::{Outcome, OutcomeKind};
pub use output::{AppendOutput, Appended, Chunk, Output, OutputQuery};
pub use page::{ListQuery, Page};
pub use policy::{DependencyPolicy, Strategy};
pub use queue::{Queue, QueueSettings, Rate};
pub use repair::{Cancelled, Cascaded, Retried};
pub use scan::{Unreadable, scan, scan_to};
pub use schedule::{Missed, NewSchedule, Overlap, Schedule};
pub(crate) use schema::{check_answer, check_schema};
pub use settlement::{NextClaim, Settled, SettledStatus, Settlement};
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
pub use token::{NewToken, NotADigest, Scope, Scopes, StoredToken, TokenDigest};
pub use transaction::{
    Applied, Condition, MessageSend, Operation, StateDelete, StateIncrement, StatePut, TaskComplete,
    TaskFail, TaskRelease, TaskSubmit, Transaction,
};
