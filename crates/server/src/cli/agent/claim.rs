//! Asking for the next task.

use std::time::Duration;

use uuid::Uuid;
use waggle_task_queue::model::{Claim, Claimed, Directive, NextClaim, Text};

use super::{held::Held, idle::Idle, settings::Settings};
use crate::cli::client::{Call, CallError, json};

/// How long one claim waits for a task: well below the idle limits of what may stand in between.
const WAIT: Duration = Duration::from_secs(25);

/// What a claim brought.
pub(super) struct Granted {
    pub(super) held: Option<Held>,
    pub(super) directive: Directive,
}

/// A claim of one task, with an id of its own: asked again, it brings the same task, so that an answer
/// lost on the wire loses none.
pub(super) fn wish(settings: &Settings) -> NextClaim {
    NextClaim {
        queues: settings.queues.clone(),
        capabilities: (!settings.capabilities.is_empty()).then(|| settings.capabilities.clone()),
        max_tasks: 1,
        lease_ms: settings.lease_ms,
        wait_ms: 0,
        claim_id: Uuid::new_v4().to_string().parse::<Text>().ok(),
    }
}

/// Waits for the task of `wish`.
///
/// # Errors
/// When the service refuses, or cannot be spoken to for as long as the agent is patient.
pub(super) async fn wait(settings: &Settings, idle: &Idle, wish: &NextClaim) -> Result<Granted, CallError> {
    claim(settings, idle, wish, WAIT, settings.patience).await
}

/// Asks once more for the task of a `wish` whose answer was not waited for.
///
/// # Errors
/// When the service refuses, or cannot be spoken to for `patience`.
pub(super) async fn ask_again(
    settings: &Settings,
    idle: &Idle,
    wish: &NextClaim,
    patience: Duration,
) -> Result<Granted, CallError> {
    let mut granted = claim(settings, idle, wish, Duration::ZERO, patience).await?;
    if let Some(held) = &mut granted.held {
        held.uncertain = true;
    }
    Ok(granted)
}

async fn claim(
    settings: &Settings,
    idle: &Idle,
    wish: &NextClaim,
    wait: Duration,
    patience: Duration,
) -> Result<Granted, CallError> {
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(0);
    let claim = Claim {
        agent: settings.agent.clone(),
        queues: wish.queues.clone(),
        capabilities: wish.capabilities.clone(),
        max_tasks: wish.max_tasks,
        lease_ms: wish.lease_ms,
        wait_ms,
        claim_id: wish.claim_id.clone(),
    };
    let call = Call::post("/claims").waiting(wait).json(&claim);
    let call = call.map_err(|error| CallError::Garbled { detail: error.to_string() })?;
    let answer = settings.client.call(&call, patience, json::<Claimed>).await?;
    Ok(granted(answer.value, answer.tries, idle))
}

/// The first task of an answer: a claim of one brings one at most.
pub(super) fn granted(claimed: Claimed, tries: u32, idle: &Idle) -> Granted {
    let task = claimed.tasks.into_iter().next();
    Granted { held: task.and_then(|task| Held::new(task, tries, idle.busy())), directive: claimed.directive }
}
