//! One of an agent's workers: claims a task, works on it, reports, and again.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use waggle_task_queue::model::{Directive, Outcome, OutcomeKind};

use super::{
    attempt::{Ending, attempt},
    claim::{self, Granted},
    held::Held,
    idle::Idle,
    outcome,
    quota::{Quota, Reservation},
    settings::Settings,
    settle::{Settled, settle},
    stop::{Phase, Stop},
};
use crate::cli::client::CallError;

/// How long the service is asked again once the agent is on its way out.
const LAST_WORD: Duration = Duration::from_secs(5);
/// How long a task whose command could not be started is kept from other agents.
const NOT_STARTED_MS: u64 = 1_000;

/// One worker.
#[derive(Clone)]
pub(super) struct Worker {
    pub(super) settings: Arc<Settings>,
    pub(super) stop: Stop,
    pub(super) idle: Idle,
    pub(super) quota: Quota,
}

impl Worker {
    /// Works until the agent stops or has taken all it may.
    ///
    /// # Errors
    /// When the service refuses or stays away, or the command cannot be started.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let mut next = None;
        loop {
            let held = match next.take() {
                Some(held) => held,
                None => match self.claim().await? {
                    Some(held) => held,
                    None => return Ok(()),
                },
            };
            next = self.work(held).await?;
        }
    }

    /// The next task; none when the agent takes no more.
    async fn claim(&self) -> anyhow::Result<Option<Held>> {
        while self.stop.phase() == Phase::Working {
            let Some(place) = self.quota.reserve() else { return Ok(None) };
            let granted = self.wait().await.context("no task can be claimed")?;
            if let Some(held) = self.take(granted, place) {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// Waits for a task. When the agent stops meanwhile the wait is broken off, and the service asked
    /// once more: it may have handed the task out at that very moment. Not so when the agent was removed:
    /// what it held was given back, and a claim would register it anew.
    async fn wait(&self) -> Result<Granted, CallError> {
        let wish = claim::wish(&self.settings);
        tokio::select! {
            granted = claim::wait(&self.settings, &self.idle, &wish) => return granted,
            () = self.stop.reached(Phase::Finishing) => {}
        }
        if self.stop.is_dismissed() {
            return Ok(Granted { held: None, directive: Directive::Stop });
        }
        let granted = claim::ask_again(&self.settings, &self.idle, &wish, LAST_WORD).await;
        match granted {
            Err(error) if self.stop.phase() == Phase::GivingBack => {
                tracing::warn!(%error, "a last claim was not answered: a task it brought comes back when its lease ends");
                Ok(Granted { held: None, directive: Directive::Run })
            }
            granted => granted,
        }
    }

    fn take(&self, granted: Granted, place: Reservation) -> Option<Held> {
        match granted.directive {
            Directive::Run => {}
            Directive::Drain => self.told("drain", "the agent drains: no more tasks are claimed"),
            Directive::Stop => {
                self.stop.dismiss();
                self.told("stop", "the agent was removed: no more tasks are claimed");
            }
        }
        if granted.held.is_some() {
            place.use_up();
        }
        granted.held
    }

    /// The service wants the agent to finish what it holds and to end. Each worker hears it, one says it.
    fn told(&self, directive: &str, why: &str) {
        if self.stop.phase() == Phase::Working {
            tracing::info!(directive, "{why}");
        }
        self.stop.advance(Phase::Finishing);
    }

    /// Works on one task; the next one when the report brought it.
    async fn work(&self, held: Held) -> anyhow::Result<Option<Held>> {
        if self.stop.phase() == Phase::GivingBack {
            return self.report(&held, outcome::release(&held, 0)).await;
        }
        match attempt(&self.settings, &self.stop, &held).await {
            Ending::Settle(outcome) => self.report(&held, outcome).await,
            Ending::LeaseLost(why) => {
                tracing::warn!(task.id = %held.task.id, %why, "the lease is lost: the command was killed, nothing is reported");
                Ok(None)
            }
            Ending::NotStarted(error) => {
                self.stop.advance(Phase::Finishing);
                self.report(&held, outcome::release(&held, NOT_STARTED_MS)).await?;
                Err(error).with_context(|| {
                    format!("the command {} cannot be started", self.settings.program.display())
                })
            }
        }
    }

    /// Reports `outcome` and takes the next task with it, unless the agent takes no more.
    async fn report(&self, held: &Held, outcome: Outcome) -> anyhow::Result<Option<Held>> {
        let phase = self.stop.phase();
        let place = if phase == Phase::Working { self.quota.reserve() } else { None };
        let patience = if phase == Phase::GivingBack { LAST_WORD } else { self.settings.patience };
        let wish = place.is_some().then(|| claim::wish(&self.settings));
        let kind = outcome.outcome;
        let settled = match settle(&self.settings, &self.idle, outcome, wish, patience).await {
            Err(error) if kind == OutcomeKind::Complete && is_refusal(&error) => {
                self.report_refusal(held, &error).await
            }
            settled => settled,
        };
        let settled = settled.with_context(|| format!("task {} cannot be settled", held.task.id))?;
        log(held, kind, &settled);
        Ok(place.and_then(|place| self.take(settled.next, place)))
    }

    /// The service takes the task's failure where it would not take its result.
    async fn report_refusal(&self, held: &Held, error: &CallError) -> Result<Settled, CallError> {
        let code = error.problem().map_or("unknown", |problem| problem.code.as_str());
        let outcome = outcome::refused(held, code, &error.to_string());
        settle(&self.settings, &self.idle, outcome, None, self.settings.patience).await
    }
}

/// The request itself was at fault: too large, nested too deeply.
fn is_refusal(error: &CallError) -> bool {
    error.problem().is_some_and(|problem| matches!(problem.status, 400 | 413 | 422))
}

fn log(held: &Held, kind: OutcomeKind, settled: &Settled) {
    let task = &held.task;
    match &settled.status {
        Ok(status) => {
            tracing::info!(task.id = %task.id, attempt = task.attempt, outcome = ?kind, status = status.as_str(), "settled");
        }
        Err(problem) => {
            tracing::warn!(task.id = %task.id, attempt = task.attempt, outcome = ?kind, %problem, "not settled");
        }
    }
}
