//! Ends attempts, many in one call, and claims what comes next: `lua/task_settle.lua`.

use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::Instant;
use waggle_core::{Call, Error as RedisError, Merge, Value, perf::Series};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::{MERGE_BYTES, USAGE_WEIGHT},
    metrics::{self, TaskEvent},
    model::{
        AgentName, AgentStatus, Claim, Claimed, Directive, Invalid, Outcome, OutcomeKind, Settled,
        SettledStatus, Settlement, Stamp, Status, SwarmName, TaskId,
    },
    store::{Line, Reader, unit, usage_text},
};

const FUNCTION: &str = function!("task_settle");
/// Ends the answer to a completion that may have made others claimable.
const FREES: &str = "more";

impl TaskQueue {
    /// Applies the outcomes, each on its own, and claims the next tasks. What an outcome makes ready may be claimed by
    /// the same settlement.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the claim, before any outcome is applied; [`Error::SwarmNotFound`]; [`Error::Redis`]
    /// when the claim fails: its outcome is unknown where some of the outcomes may stand, and sending them again does no
    /// harm. One that the domain refuses gives no tasks beside outcomes that stand; the agent's next claim tells why.
    pub async fn settle(
        &self,
        swarm: &SwarmName,
        settlement: Settlement,
    ) -> Result<(Vec<Settled>, Claimed), Error> {
        let Settlement { agent, outcomes, claim } = settlement;
        let claim = claim.map(|claim| claim.by(agent.clone())).transpose()?;
        let started = Instant::now();
        let beside = outcomes.iter().all(|outcome| outcome.outcome == OutcomeKind::Complete);
        let settled = futures_util::future::join_all(
            outcomes.into_iter().map(|outcome| self.settle_one(swarm, outcome)),
        );
        let settled =
            settled.inspect(|settled| self.inner.redis.perf().batch(applied_now(settled), started.elapsed()));
        // The claim may travel beside completes. After any other outcome it waits, since that task itself may be next.
        if !beside {
            let settled = settled.await;
            let claimed = told_beside(&settled, self.claim_next(swarm, &agent, claim).await)?;
            return Ok((settled, claimed));
        }
        let (settled, claimed) =
            futures_util::future::join(settled, self.claim_next(swarm, &agent, claim.clone())).await;
        let mut claimed = told_beside(&settled, claimed)?;
        let Some(rest) = claim.and_then(|claim| rest_of(claim, &settled, &claimed)) else {
            return Ok((settled, claimed));
        };
        let before = std::mem::take(&mut claimed.tasks);
        match self.claim_next(swarm, &agent, Some(rest)).await {
            // What was handed out before must not be lost with it.
            Err(_) if !before.is_empty() => {}
            more => claimed = told_beside(&settled, more)?,
        }
        claimed.tasks.splice(0..0, before);
        Ok((settled, claimed))
    }

    async fn claim_next(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        claim: Option<Claim>,
    ) -> Result<Claimed, Error> {
        match claim {
            Some(claim) => self.claim(swarm, claim).await,
            None => Ok(Claimed { directive: self.directive(swarm, agent).await?, ..Claimed::default() }),
        }
    }

    /// What is asked of an agent that claims nothing. The outcomes are worth more than this: they are answered
    /// although it could not be read.
    async fn directive(&self, swarm: &SwarmName, agent: &AgentName) -> Result<Directive, Error> {
        match self.get_agent(swarm, agent).await {
            Ok(agent) if agent.status == AgentStatus::Draining => Ok(Directive::Drain),
            Err(error @ Error::SwarmNotFound(_)) => Err(error),
            _ => Ok(Directive::Run),
        }
    }

    async fn settle_one(&self, swarm: &SwarmName, outcome: Outcome) -> Settled {
        let id = outcome.id;
        Settled { id, result: self.apply(swarm, outcome).await }
    }

    /// Applies one outcome.
    pub(super) async fn apply(
        &self,
        swarm: &SwarmName,
        mut outcome: Outcome,
    ) -> Result<SettledStatus, Error> {
        outcome.check()?;
        outcome.lease = self.own(outcome.lease);
        let started = Instant::now();
        let item = SettleItem::encode(outcome, &self.inner.codec)?;
        let id = item.id;
        let answer = if item.value.len() > MERGE_BYTES {
            let reply = self.inner.redis.call(SettleMerge.call(swarm, std::slice::from_ref(&item))).await;
            let answers = reply.and_then(|reply| SettleMerge.split(swarm, vec![item], reply));
            answers.map_err(|error| refused(swarm, error))?.into_iter().next()
        } else {
            let merged = self.inner.settles.run(swarm.clone(), item).await;
            Some(merged.map_err(|error| refused(swarm, error))?)
        };
        let took = started.elapsed();
        let too_short = || RedisError::Internal { detail: "task_settle: the reply is too short".to_owned() };
        let answer = answer.ok_or_else(too_short)?;
        let applied = answer.into_result(id)?;
        if applied.status.status == Status::Completed && !applied.status.replayed {
            self.inner.redis.perf().record(Series::Complete, took);
        }
        Ok(self.note_settled(swarm, applied))
    }
}

impl TaskQueue {
    /// Measures an outcome that was applied, and lets the promoter know of what is due before it would look next.
    pub(crate) fn note_settled(&self, swarm: &SwarmName, applied: Applied) -> SettledStatus {
        let Applied { status, ran, total, due_in } = applied;
        let perf = self.inner.redis.perf();
        if let Some(ran) = ran {
            perf.record(Series::Running, ran);
            metrics::ran(ran);
        }
        if let Some(total) = total {
            perf.record(Series::Total, total);
        }
        if let Some(ms) = due_in {
            self.inner.alarms.promoter.at(swarm, ms);
        }
        status
    }
}

/// What a claim that travelled beside completes is to ask once more. It may have arrived first, when the agent still held as
/// many tasks as it may, and what they have made claimable was not yet. One that waits is woken for it while it has nothing.
fn rest_of(claim: Claim, settled: &[Settled], claimed: &Claimed) -> Option<Claim> {
    if settled.is_empty() || claimed.directive != Directive::Run {
        return None;
    }
    if claimed.tasks.is_empty() {
        return (claim.wait_ms == 0).then_some(claim);
    }
    let frees = settled.iter().any(|one| one.result.as_ref().is_ok_and(|status| status.frees));
    let left = claim.max_tasks.saturating_sub(claimed.tasks.len());
    // A claim id names the tasks that it was given.
    (frees && left > 0 && claim.claim_id.is_none()).then_some(Claim { max_tasks: left, wait_ms: 0, ..claim })
}

/// What is told of the claim of a settlement. That it failed, and nothing was applied, may be said only where no outcome was,
/// either. Beside outcomes that stand, a refusal gives nothing: it would be the same when all is sent again, and its
/// agent would never hear of them.
fn told_beside(settled: &[Settled], claimed: Result<Claimed, Error>) -> Result<Claimed, Error> {
    let is_untouched = |one: &Settled| one.result.as_ref().is_err_and(Error::is_certainly_not_applied);
    match claimed {
        Ok(claimed) => Ok(claimed),
        Err(error) if settled.iter().all(is_untouched) => Err(error),
        Err(error @ (Error::Redis(_) | Error::SwarmNotFound(_))) => Err(error.although_applied()),
        Err(_) => Ok(Claimed::default()),
    }
}

/// How many outcomes were applied, and not before already.
fn applied_now(settled: &[Settled]) -> usize {
    settled.iter().filter(|one| one.result.as_ref().is_ok_and(|status| !status.replayed)).count()
}

/// An outcome on its way into Redis.
pub(crate) struct SettleItem {
    kind: OutcomeKind,
    id: TaskId,
    token: String,
    value: Vec<u8>,
    wait: String,
    usage: String,
}

impl SettleItem {
    pub(crate) fn encode(outcome: Outcome, codec: &waggle_core::Codec) -> Result<Self, Error> {
        let (value, wait) = match outcome.outcome {
            OutcomeKind::Complete => {
                let result = outcome.result.filter(|json| !json.is_null());
                (result.map_or_else(Vec::new, |json| codec.encode(json.as_bytes())), String::new())
            }
            OutcomeKind::Fail => {
                let error = outcome.error.ok_or_else(|| Invalid::field("/error", "needed"))?;
                let error = serde_json::to_vec(&error).map_err(|_| Invalid::field("/error", "not JSON"))?;
                let wait = match (outcome.retryable, outcome.retry_after_ms) {
                    (Some(false), _) => "never".to_owned(),
                    (_, Some(ms)) => ms.to_string(),
                    (_, None) => String::new(),
                };
                (codec.encode(&error), wait)
            }
            OutcomeKind::Release => (Vec::new(), outcome.delay_ms.unwrap_or(0).to_string()),
        };
        let usage = usage_text(outcome.usage);
        Ok(Self { kind: outcome.outcome, id: outcome.id, token: outcome.lease, value, wait, usage })
    }

    /// Appends the arguments of this outcome to a call.
    pub(crate) fn write(&self, call: &mut Call) {
        let (kind, random) = match self.kind {
            OutcomeKind::Complete => ("c", String::new()),
            OutcomeKind::Fail => ("f", unit().to_string()),
            OutcomeKind::Release => ("r", String::new()),
        };
        call.arg(kind)
            .arg(self.id.encode(&mut [0; 36]))
            .arg(self.token.as_str())
            .arg(self.value.as_slice())
            .arg(self.wait.as_str())
            .arg(random)
            .arg(self.usage.as_str());
    }
}

/// An outcome that stands.
#[derive(Clone, Copy)]
pub(crate) struct Applied {
    status: SettledStatus,
    /// How long the attempt took.
    ran: Option<Duration>,
    /// How long the task was there, where it has finished.
    total: Option<Duration>,
    /// Milliseconds until the task becomes claimable again, where it was scheduled.
    due_in: Option<i64>,
}

impl Applied {
    /// As an earlier request was answered already: measured then.
    pub(crate) fn measured_before(self) -> Self {
        Self { ran: None, total: None, ..self }
    }
}

/// What `task_settle` says of one outcome.
pub(crate) enum SettleAnswer {
    Applied(Applied),
    LeaseLost(u32),
    NotFound,
}

impl SettleAnswer {
    /// The answers of a `task_settle` with so many outcomes.
    pub(crate) fn read_all(outcomes: usize, reply: Value) -> Result<Vec<Self>, RedisError> {
        let mut reply = Reader::new(FUNCTION, reply)?;
        (0..outcomes).map(|_| Self::read(reply.line()?)).collect()
    }

    pub(crate) fn read(mut line: Line) -> Result<Self, RedisError> {
        let replayed = match line.optional_word() {
            Some("ok") => false,
            Some("replayed") => true,
            Some("LEASELOST") => return line.parse().map(Self::LeaseLost),
            Some("NOTFOUND") => return Ok(Self::NotFound),
            _ => return Err(line.broken()),
        };
        let status = line.parse()?;
        let (ran, total) = if replayed { (None, None) } else { (line.measured()?, line.measured()?) };
        let (ran, total) = (ran.map(Duration::from_micros), total.map(Duration::from_micros));
        let run_at = line.unless_dash()?.map(Stamp);
        let due_in = line.unless_dash()?;
        let frees = line.optional_word() == Some(FREES);
        let status = SettledStatus { status, run_at, replayed, frees };
        Ok(Self::Applied(Applied { status, ran, total, due_in }))
    }

    /// Counts what an outcome of this kind came to, unless it was applied before.
    pub(crate) fn count(&self, kind: OutcomeKind) {
        let Self::Applied(Applied { status: SettledStatus { status, replayed: false, .. }, .. }) = self
        else {
            return;
        };
        let event = match (status, kind) {
            (Status::Completed, _) => TaskEvent::Completed,
            (Status::Failed, _) => TaskEvent::Failed,
            (Status::Cancelled, _) => TaskEvent::Cancelled,
            (_, OutcomeKind::Release) => TaskEvent::Released,
            (_, OutcomeKind::Complete | OutcomeKind::Fail) => TaskEvent::Retried,
        };
        metrics::tasks(event, 1);
    }

    pub(crate) fn into_result(self, id: TaskId) -> Result<Applied, Error> {
        match self {
            Self::Applied(applied) => Ok(applied),
            Self::LeaseLost(attempt) => Err(Error::LeaseLost { id, attempt }),
            Self::NotFound => Err(Error::TaskNotFound(id)),
        }
    }
}

/// Joins outcomes that wait for the same swarm.
pub(crate) struct SettleMerge;

impl Merge for SettleMerge {
    type Key = SwarmName;
    type Item = SettleItem;
    type Output = SettleAnswer;
    const MAX_ITEMS: usize = 100;
    const FUNCTION: &'static str = FUNCTION;

    fn weight(&self, item: &SettleItem) -> usize {
        if item.usage.is_empty() { 1 } else { USAGE_WEIGHT }
    }

    fn bytes(&self, item: &SettleItem) -> usize {
        size_of::<SettleItem>() + item.value.len() + item.usage.len()
    }

    fn call(&self, swarm: &SwarmName, items: &[SettleItem]) -> Call {
        let mut call = Call::new(FUNCTION, &root(swarm));
        for item in items {
            item.write(&mut call);
        }
        call.weight(items.len());
        call
    }

    fn split(
        &self,
        _: &SwarmName,
        items: Vec<SettleItem>,
        reply: Value,
    ) -> Result<Vec<SettleAnswer>, RedisError> {
        let answers = SettleAnswer::read_all(items.len(), reply)?;
        for (item, answer) in items.iter().zip(&answers) {
            answer.count(item.kind);
        }
        Ok(answers)
    }
}
