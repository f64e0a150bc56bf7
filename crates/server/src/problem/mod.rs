//! Everything that is not a success, as `application/problem+json` (RFC 9457).

mod body;
mod code;
mod domain;
mod responses;
mod retry_after;
mod status;
#[cfg(test)]
mod tests;
mod value;

pub use body::ProblemBody;
pub use code::Code;
pub(crate) use responses::{
    AgentProblems, BodyProblems, CallProblems, LeaseProblems, QueueProblems, ScheduleProblems,
    SnapshotProblems, StateProblems, StateWriteProblems, SwarmProblems, TaskProblems, TokenProblems,
    TransactionProblems, problem,
};
pub use value::{Applied, Problem};
