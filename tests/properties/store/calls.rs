//! Transitions as calls of the task queue, and its answers in the words of the model.

use std::hash::{Hash as _, Hasher as _};

use waggle_core::Error as RedisError;
use waggle_task_queue::maintenance::{Promoter, Pruner, Reaper, Swept, Timekeeper};
use waggle_task_queue::model::{
    self, Complete, Fail, Heartbeat, Json, NextClaim, Outcome, Release, SettledStatus, Settlement, Status,
    Task, TaskError, TaskId,
};
use waggle_task_queue::{Error, Idempotency, Submitted, TaskQueue};

use super::Case;
use crate::model::{AGENTS, Answer, CAPABILITIES, Claim, Handed, Model, NewTask, QUEUES, Token, Transition};

/// A token as they look, which nobody was ever given.
const INVENTED: &str = "1-0000000000000000";

impl Case {
    /// `model` is the state after the transition: the time it speaks of is the time of the call.
    pub(super) async fn call(&mut self, transition: &Transition, model: &Model) -> Answer {
        let (queue, swarm) = (self.backend.queue.clone(), self.swarm.clone());
        match transition {
            Transition::Submit(task) => {
                let submitted = queue.submit(&swarm, new_task(task, model.now), None).await.unwrap();
                Answer::Submitted(vec![self.taken_in(submitted.task.id, submitted.created)])
            }
            Transition::SubmitOnce { key, task } => {
                let submitted =
                    queue.submit(&swarm, new_task(task, model.now), Some(idempotency(*key, task))).await;
                submitted.map_or_else(refusal, |Submitted { task, created, replayed }| {
                    let (task, created) = if replayed {
                        (self.number(task.id), created)
                    } else {
                        self.taken_in(task.id, created)
                    };
                    Answer::SubmittedOnce { task, created, replayed }
                })
            }
            Transition::Batch(tasks) => {
                let tasks = tasks.iter().map(|task| Ok(new_task(task, model.now))).collect();
                let items = queue.submit_batch(&swarm, tasks, None).await.unwrap().items;
                let taken =
                    items.into_iter().map(Result::unwrap).map(|item| self.taken_in(item.id, item.created));
                Answer::Submitted(taken.collect())
            }
            Transition::Claim(claim) => {
                let claimed = queue.claim(&swarm, claim_of(claim)).await.unwrap();
                Answer::Claimed(self.all_handed(&claimed.tasks, claim))
            }
            Transition::Together(claims) => {
                let asked = claims.iter().map(|claim| queue.claim(&swarm, claim_of(claim)));
                let claimed = futures_util::future::join_all(asked).await;
                let claimed = claimed.into_iter().zip(claims);
                let handed = claimed.map(|(claimed, claim)| self.all_handed(&claimed.unwrap().tasks, claim));
                Answer::Shared(handed.collect())
            }
            Transition::Settle { outcomes, claim } => self.settle(&queue, outcomes, claim.as_ref()).await,
            Transition::Advance { .. } => {
                self.backend.set_clock(&self.swarm, model.now);
                Answer::Nothing
            }
            Transition::Cancel { task } => match queue.cancel(&swarm, self.ids[*task]).await {
                Ok(cancelled) => {
                    assert_eq!(cancelled.cancel_requested, cancelled.status == Status::Running);
                    Answer::Cancelled { status: cancelled.status }
                }
                Err(error) => refusal(error),
            },
            Transition::Retry { task } => match queue.retry(&swarm, self.ids[*task]).await {
                Ok(retried) => {
                    assert_eq!(retried.status, Status::Ready);
                    Answer::Retried
                }
                Err(error) => refusal(error),
            },
            Transition::Reap => swept(Reaper.run_once(&self.backend.redis, &swarm).await),
            Transition::Promote => swept(Promoter.run_once(&self.backend.redis, &swarm).await),
            Transition::Expire => swept(Timekeeper.run_once(&self.backend.redis, &swarm).await),
            Transition::Prune => swept(Pruner.run_once(&self.backend.redis, &swarm).await),
            _ => self.call_under_lease(&queue, transition).await,
        }
    }

    async fn settle(&mut self, queue: &TaskQueue, outcomes: &[Transition], claim: Option<&Claim>) -> Answer {
        let agent = AGENTS[claim.map_or(0, |claim| claim.agent)].parse().unwrap();
        let outcomes = outcomes.iter().map(|outcome| self.outcome(outcome)).collect();
        let next = claim.map(|claim| {
            let model::Claim { queues, capabilities, max_tasks, lease_ms, wait_ms, claim_id, .. } =
                claim_of(claim);
            NextClaim { queues, capabilities, max_tasks, lease_ms, wait_ms, claim_id }
        });
        let settlement = Settlement { agent, outcomes, claim: next };
        settlement.check().unwrap();
        let (done, claimed) = queue.settle(&self.swarm, settlement).await.unwrap();
        let done = done.into_iter().map(|done| match done.result {
            Ok(SettledStatus { status, run_at, replayed, .. }) => settled(status, run_at, replayed),
            Err(error) => refusal(error),
        });
        let handed = claim.map_or_else(Vec::new, |claim| self.all_handed(&claimed.tasks, claim));
        Answer::Settlement(done.collect(), handed)
    }

    fn outcome(&self, transition: &Transition) -> Outcome {
        match *transition {
            Transition::Complete { task, token, result } => {
                let (id, lease) = self.lease(task, token);
                Outcome::complete(id, Complete { lease, result: result.map(json), usage: None })
            }
            Transition::Fail { task, token, retryable, retry_after_ms } => {
                let (id, lease) = self.lease(task, token);
                Outcome::fail(id, failure(lease, retryable, retry_after_ms))
            }
            Transition::Release { task, token, delay_ms } => {
                let (id, lease) = self.lease(task, token);
                Outcome::release(
                    id,
                    Release { lease, delay_ms: u64::try_from(delay_ms).unwrap(), usage: None },
                )
            }
            ref other => panic!("{other:?} ends no attempt"),
        }
    }

    async fn call_under_lease(&self, queue: &TaskQueue, transition: &Transition) -> Answer {
        let swarm = &self.swarm;
        match *transition {
            Transition::Heartbeat { task, token, extend_ms, progress } => {
                let (id, lease) = self.lease(task, token);
                let extend_ms = extend_ms.map(|ms| u64::try_from(ms).unwrap());
                let heartbeat = Heartbeat { lease, extend_ms, progress: progress.map(json), usage: None };
                let extended = queue.heartbeat(swarm, id, heartbeat).await;
                extended.map_or_else(refusal, |extended| Answer::Extended {
                    expires_at: extended.lease.expires_at.0,
                    cancel_requested: extended.cancel_requested,
                })
            }
            Transition::Complete { task, token, result } => {
                let (id, lease) = self.lease(task, token);
                let completed = queue
                    .complete(swarm, id, Complete { lease, result: result.map(json), usage: None })
                    .await;
                completed.map_or_else(refusal, |done| settled(done.status, None, done.replayed))
            }
            Transition::Fail { task, token, retryable, retry_after_ms } => {
                let (id, lease) = self.lease(task, token);
                let failed = queue.fail(swarm, id, failure(lease, retryable, retry_after_ms)).await;
                failed.map_or_else(refusal, |done| settled(done.status, done.run_at, done.replayed))
            }
            Transition::Release { task, token, delay_ms } => {
                let (id, lease) = self.lease(task, token);
                let release = Release { lease, delay_ms: u64::try_from(delay_ms).unwrap(), usage: None };
                let released = queue.release(swarm, id, release).await;
                released.map_or_else(refusal, |done| settled(done.status, done.run_at, done.replayed))
            }
            ref other => panic!("{other:?} needs no lease"),
        }
    }

    fn taken_in(&mut self, id: TaskId, created: bool) -> (usize, bool) {
        if created {
            assert!(self.ids.last().is_none_or(|last| *last < id), "ids rise");
            self.ids.push(id);
        }
        (self.number(id), created)
    }

    fn all_handed(&mut self, tasks: &[Task], claim: &Claim) -> Vec<Handed> {
        tasks.iter().map(|task| self.handed(task, claim)).collect()
    }

    /// Notes the token of a task that was handed out.
    fn handed(&mut self, task: &Task, claim: &Claim) -> Handed {
        let number = self.number(task.id);
        let lease = task.lease.as_ref().expect("a claimed task has a lease");
        let fence: u64 = lease.token.split('-').next().unwrap().parse().unwrap();
        let known = self.tokens.entry((number, fence)).or_insert_with(|| lease.token.clone());
        assert_eq!(*known, lease.token, "one token for each lease");
        assert_eq!(fence, self.last_fence(number), "fences rise");
        assert_eq!(task.status, Status::Running);
        assert_eq!(task.agent.as_ref().map(ToString::to_string).as_deref(), Some(AGENTS[claim.agent]));
        let bearers = self.tokens.values().filter(|token| **token == lease.token).count();
        assert_eq!(bearers, 1, "one lease for each token");
        let started_at = task.started_at.map(|at| at.0);
        Handed { task: number, attempt: task.attempt, fence, expires_at: lease.expires_at.0, started_at }
    }

    /// The fence of the last lease of a task; 0 before the first.
    fn last_fence(&self, number: usize) -> u64 {
        self.tokens.range((number, 0)..(number + 1, 0)).next_back().map_or(0, |((_, fence), _)| *fence)
    }

    fn lease(&self, number: usize, token: Token) -> (TaskId, String) {
        let of_another =
            || self.tokens.iter().rev().find(|((other, _), _)| *other != number).map(|(_, token)| token);
        let token = match (token, token.fence(self.last_fence(number))) {
            (_, Some(fence)) => Some(&self.tokens[&(number, fence)]),
            (Token::OfAnother, _) => of_another(),
            _ => None,
        };
        (self.ids[number], token.cloned().unwrap_or_else(|| INVENTED.to_owned()))
    }
}

fn new_task(task: &NewTask, now: i64) -> model::NewTask {
    let unsigned = |ms: i64| u64::try_from(ms).unwrap();
    let mut task = model::NewTask {
        queue: QUEUES[task.queue].parse().unwrap(),
        priority: task.priority,
        delay_ms: unsigned(task.delay_ms),
        requires: capabilities(task.requires),
        agent: task.agent.map(|agent| AGENTS[agent].parse().unwrap()),
        max_attempts: Some(task.max_attempts),
        backoff: Some(task.backoff.clone()),
        lease_ms: Some(unsigned(task.lease_ms)),
        timeout_ms: task.timeout_ms.map(unsigned),
        deadline: task.deadline_ms.map(|ms| model::Stamp(now + ms)),
        retention_ms: Some(unsigned(task.retention_ms)),
        dedup_key: task.dedup_key.map(|key| format!("key {key}").parse().unwrap()),
        ..Default::default()
    };
    task.check().unwrap();
    task
}

fn idempotency(key: u8, task: &NewTask) -> Idempotency {
    let mut hash = std::hash::DefaultHasher::new();
    format!("{task:?}").hash(&mut hash);
    let mut body_digest = [0; 32];
    body_digest[..8].copy_from_slice(&hash.finish().to_le_bytes());
    Idempotency { key: format!("key {key}").parse().unwrap(), scope: "submit".to_owned(), body_digest }
}

fn claim_of(claim: &Claim) -> model::Claim {
    let mut claim = model::Claim {
        agent: AGENTS[claim.agent].parse().unwrap(),
        queues: claim.queues.iter().map(|queue| QUEUES[*queue].parse().unwrap()).collect(),
        capabilities: Some(capabilities(claim.capabilities)),
        max_tasks: claim.max_tasks,
        lease_ms: claim.lease_ms.map(|ms| u64::try_from(ms).unwrap()),
        wait_ms: 0,
        claim_id: claim.claim_id.map(|id| format!("claim {id}").parse().unwrap()),
    };
    claim.check().unwrap();
    claim
}

fn capabilities(bits: u8) -> Vec<model::Capability> {
    let named = CAPABILITIES.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
    named.map(|(_, name)| name.parse().unwrap()).collect()
}

fn failure(lease: String, retryable: bool, retry_after_ms: Option<i64>) -> Fail {
    let error = TaskError { message: "no luck".to_owned(), kind: None, details: None };
    let retry_after_ms = retry_after_ms.map(|ms| u64::try_from(ms).unwrap());
    Fail { lease, error, retryable, retry_after_ms, usage: None }
}

fn json(number: u32) -> Json {
    Json::parse(number.to_string()).unwrap()
}

fn settled(status: Status, run_at: Option<model::Stamp>, replayed: bool) -> Answer {
    Answer::Settled { status, run_at: run_at.map(|at| at.0), replayed }
}

fn swept(swept: Result<Swept, RedisError>) -> Answer {
    let Swept { tasks, next_in } = swept.unwrap();
    Answer::Swept { tasks, next_in_ms: next_in.map(|wait| i64::try_from(wait.as_millis()).unwrap()) }
}

fn refusal(error: Error) -> Answer {
    match error {
        Error::LeaseLost { attempt, .. } => Answer::LeaseLost { attempt },
        Error::TaskNotFound(_) => Answer::NotFound,
        Error::AlreadyFinished { status, .. } => Answer::AlreadyFinished(status),
        Error::WrongState { status, .. } => Answer::WrongState(status),
        Error::IdempotencyMismatch => Answer::IdempotencyMismatch,
        Error::Duplicate(_) => Answer::Duplicate,
        other => panic!("an error the model does not know: {other:?}"),
    }
}
