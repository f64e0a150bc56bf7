//! Reporting what became of a task, and taking the next one in the same request.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use waggle_task_queue::model::{Claimed, Directive, NextClaim, Outcome, Settlement, Status, Task};

use super::{
    claim::{Granted, granted},
    idle::Idle,
    settings::Settings,
};
use crate::cli::client::{Call, CallError, Problem, json};

/// What a settlement brought.
pub(super) struct Settled {
    /// Where the task stands now, or why the outcome was not taken.
    pub(super) status: Result<Status, Problem>,
    /// The next task.
    pub(super) next: Granted,
}

/// Reports `outcome` and claims as `claim` says.
///
/// # Errors
/// When the service refuses the request as a whole, or cannot be spoken to for `patience`.
pub(super) async fn settle(
    settings: &Settings,
    idle: &Idle,
    outcome: Outcome,
    claim: Option<NextClaim>,
    patience: Duration,
) -> Result<Settled, CallError> {
    let settlement = Settlement { agent: settings.agent.clone(), outcomes: vec![outcome], claim };
    let call = Call::post("/settlements").json(&settlement);
    let call = call.map_err(|error| CallError::Garbled { detail: error.to_string() })?;
    let answer = settings.client.call(&call, patience, read).await?;
    let SettlementAnswer { tasks, directive, .. } = answer.value.1;
    let next = granted(Claimed { tasks, directive, ..Claimed::default() }, answer.tries, idle);
    Ok(Settled { status: answer.value.0, next })
}

#[derive(Deserialize)]
struct SettlementAnswer {
    outcomes: Vec<OutcomeAnswer>,
    #[serde(default)]
    tasks: Vec<Task>,
    #[serde(default)]
    directive: Directive,
}

#[derive(Deserialize)]
struct OutcomeAnswer {
    task_status: Option<Status>,
    problem: Option<Problem>,
}

/// A passing refusal of the outcome counts as one of the whole request, which is then sent again: the
/// outcome's lease token and the claim's id make that harmless.
fn read(body: &Bytes) -> Result<(Result<Status, Problem>, SettlementAnswer), CallError> {
    let mut answer: SettlementAnswer = json(body)?;
    let outcome = answer.outcomes.pop();
    let outcome =
        outcome.ok_or_else(|| CallError::Garbled { detail: "it leaves out the outcome".to_owned() })?;
    match (outcome.problem, outcome.task_status) {
        (Some(problem), _) if problem.is_passing() => Err(CallError::Refused(Box::new(problem))),
        (Some(problem), _) => Ok((Err(problem), answer)),
        (None, Some(status)) => Ok((Ok(status), answer)),
        (None, None) => Err(CallError::Garbled { detail: "an outcome without a status".to_owned() }),
    }
}
