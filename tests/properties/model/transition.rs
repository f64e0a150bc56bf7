//! What may be done to a swarm, and how it is made up.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::select;
use waggle_task_queue::model::{Backoff, BackoffKind, Status};

use super::{AGENTS, Model, NewTask, QUEUES};

/// One call, or time that passes.
#[derive(Debug, Clone)]
pub(crate) enum Transition {
    Submit(NewTask),
    /// A submit under an idempotency key.
    SubmitOnce {
        key: u8,
        task: NewTask,
    },
    Batch(Vec<NewTask>),
    Claim(Claim),
    /// Claims of the same queues that are asked at the same time: they travel in one call.
    Together(Vec<Claim>),
    Heartbeat {
        task: usize,
        token: Token,
        extend_ms: Option<i64>,
        progress: Option<u32>,
    },
    Complete {
        task: usize,
        token: Token,
        result: Option<u32>,
    },
    Fail {
        task: usize,
        token: Token,
        retryable: bool,
        retry_after_ms: Option<i64>,
    },
    Release {
        task: usize,
        token: Token,
        delay_ms: i64,
    },
    /// Completes, fails and releases in one call, with the next claim.
    Settle {
        outcomes: Vec<Transition>,
        claim: Option<Claim>,
    },
    Cancel {
        task: usize,
    },
    Retry {
        task: usize,
    },
    Advance {
        ms: i64,
    },
    Reap,
    Promote,
    Expire,
    Prune,
}

#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) agent: usize,
    pub(crate) queues: Vec<usize>,
    /// One bit for each capability.
    pub(crate) capabilities: u8,
    pub(crate) max_tasks: usize,
    pub(crate) lease_ms: Option<i64>,
    pub(crate) claim_id: Option<u8>,
}

/// A lease token: one that was handed out so many leases ago, one of another task, or one that never was.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Token {
    Ago(u64),
    OfAnother,
    Invented,
}

impl Token {
    /// The fence of a token that was handed out, by a task whose last fence is `last`.
    pub(crate) fn fence(self, last: u64) -> Option<u64> {
        match self {
            Self::Ago(leases) => last.checked_sub(leases).filter(|fence| *fence > 0),
            Self::OfAnother | Self::Invented => None,
        }
    }
}

impl Transition {
    /// The tasks it names.
    pub(super) fn tasks(&self) -> Vec<usize> {
        match self {
            Self::Heartbeat { task, .. }
            | Self::Complete { task, .. }
            | Self::Fail { task, .. }
            | Self::Release { task, .. }
            | Self::Cancel { task }
            | Self::Retry { task } => vec![*task],
            Self::Settle { outcomes, .. } => outcomes.iter().flat_map(Self::tasks).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn any(model: &Model) -> BoxedStrategy<Self> {
        if model.tasks.is_empty() {
            return prop_oneof![new_task().prop_map(Self::Submit), batch()].boxed();
        }
        let finished: Vec<_> =
            model.standing(Status::Failed).chain(model.standing(Status::Cancelled)).collect();
        prop_oneof![
            8 => new_task().prop_map(Self::Submit),
            3 => submit_once(model),
            2 => batch(),
            12 => claim().prop_map(Self::Claim),
            4 => together(),
            20 => under_lease(model, 0..5),
            6 => settlement(model),
            3 => task(model).prop_map(|task| Self::Cancel { task }),
            2 => one_of(finished, model).prop_map(|task| Self::Retry { task }),
            6 => time(model),
            3 => Just(Self::Reap),
            3 => Just(Self::Promote),
            3 => Just(Self::Expire),
            1 => Just(Self::Prune),
        ]
        .boxed()
    }
}

/// With a new key or a used one, and with the body that was sent before, mostly.
fn submit_once(model: &Model) -> BoxedStrategy<Transition> {
    let new = (0_u8..6, new_task()).prop_map(|(key, task)| Transition::SubmitOnce { key, task });
    let sent: Vec<_> = model.keys.iter().map(|(key, (task, _))| (*key, task.clone())).collect();
    if sent.is_empty() {
        return new.boxed();
    }
    let again = select(sent).prop_map(|(key, task)| Transition::SubmitOnce { key, task });
    prop_oneof![1 => new, 1 => again].boxed()
}

fn batch() -> impl Strategy<Value = Transition> {
    prop::collection::vec(new_task(), 1..12).prop_map(Transition::Batch)
}

fn new_task() -> impl Strategy<Value = NewTask> {
    let where_to = (0..QUEUES.len(), select(vec![0_u8, 5, 5, 6, 9]), select(vec![0_i64, 0, 0, 1, 500]));
    let whom = (
        prop_oneof![3 => Just(0_u8), 1 => 1_u8..4],
        prop_oneof![5 => Just(None), 1 => (0..AGENTS.len()).prop_map(Some)],
        prop_oneof![3 => Just(None), 1 => (0_u8..2).prop_map(Some)],
    );
    let times =
        (1_u32..4, select(vec![100_i64, 1_000, 30_000]), select(vec![0_i64, 700, 3_600_000]), backoff());
    let ends = (
        prop_oneof![4 => Just(None), 1 => select(vec![100_i64, 1_500]).prop_map(Some)],
        prop_oneof![4 => Just(None), 1 => select(vec![501_i64, 2_000]).prop_map(Some)],
    );
    (where_to, whom, times, ends).prop_map(|(where_to, whom, times, (timeout_ms, deadline_ms))| {
        let ((queue, priority, delay_ms), (requires, agent, dedup_key)) = (where_to, whom);
        let (max_attempts, lease_ms, retention_ms, backoff) = times;
        NewTask {
            queue,
            priority,
            delay_ms,
            dedup_key,
            max_attempts,
            requires,
            agent,
            lease_ms,
            timeout_ms,
            deadline_ms,
            retention_ms,
            backoff,
        }
    })
}

/// Without jitter, so that the model can tell the time of the next attempt.
fn backoff() -> impl Strategy<Value = Backoff> {
    let kinds = vec![BackoffKind::Exponential, BackoffKind::Linear, BackoffKind::Fixed, BackoffKind::List];
    (select(kinds), select(vec![0_u64, 100, 900]), 1_000_u64..1_500).prop_map(|(kind, base_ms, max_ms)| {
        let delays_ms = if kind == BackoffKind::List { vec![base_ms, 300] } else { Vec::new() };
        Backoff { kind, base_ms, max_ms, jitter: false, delays_ms }
    })
}

fn claim() -> impl Strategy<Value = Claim> {
    let queues = select(vec![vec![0], vec![1], vec![0, 1], vec![1, 0]]);
    let how_many = prop_oneof![4 => 1_usize..4, 1 => 4_usize..20];
    let named = prop_oneof![3 => Just(None), 1 => (0_u8..2).prop_map(Some)];
    let lease = prop_oneof![2 => Just(None), 1 => select(vec![100_i64, 2_000]).prop_map(Some)];
    (0..AGENTS.len(), queues, 0_u8..4, how_many, lease, named).prop_map(
        |(agent, queues, capabilities, max_tasks, lease_ms, claim_id)| Claim {
            agent,
            queues,
            capabilities,
            max_tasks,
            lease_ms,
            claim_id,
        },
    )
}

/// Some of them the first one once more, by a client that has given up its first connection.
fn together() -> impl Strategy<Value = Transition> {
    prop::collection::vec((claim(), prop::bool::weighted(0.2)), 2..5).prop_map(|claims| {
        let first = claims[0].0.clone();
        let claims = claims.into_iter().map(|(claim, again)| match again {
            true => first.clone(),
            // A name that is used for two different claims is a fault of the client.
            false => Claim { queues: first.queues.clone(), claim_id: None, ..claim },
        });
        Transition::Together(claims.collect())
    })
}

fn settlement(model: &Model) -> impl Strategy<Value = Transition> + use<> {
    let outcomes = prop::collection::vec(under_lease(model, 1..5), 1..5);
    (outcomes, prop::option::of(claim())).prop_map(|(outcomes, claim)| Transition::Settle { outcomes, claim })
}

/// Verbs: 0 heartbeat, 1 complete, 2 and 3 fail, 4 release.
fn under_lease(model: &Model, verbs: Range<u8>) -> BoxedStrategy<Transition> {
    let running: Vec<_> = model.standing(Status::Running).collect();
    let token = prop_oneof![
        8 => Just(Token::Ago(0)),
        3 => (1_u64..3).prop_map(Token::Ago),
        1 => Just(Token::OfAnother),
        1 => Just(Token::Invented),
    ];
    let wait = select(vec![None, Some(0_i64), Some(400)]);
    let extend = select(vec![None, Some(100_i64), Some(5_000)]);
    (one_of(running, model), token, verbs, any::<bool>(), wait, extend, prop::option::of(0_u32..1_000))
        .prop_map(|(task, token, verb, retryable, wait, extend_ms, value)| match verb {
            0 => Transition::Heartbeat { task, token, extend_ms, progress: value },
            1 => Transition::Complete { task, token, result: value },
            2 | 3 => {
                Transition::Fail { task, token, retryable: retryable || wait.is_some(), retry_after_ms: wait }
            }
            _ => Transition::Release { task, token, delay_ms: wait.unwrap_or(0) },
        })
        .boxed()
}

/// To the moment when something is due, to the millisecond before, or anywhere.
fn time(model: &Model) -> BoxedStrategy<Transition> {
    let due: Vec<_> = model.due().map(|at| at - model.now).filter(|ms| (1..100_000).contains(ms)).collect();
    let any = select(vec![0_i64, 1, 50, 100, 1_000, 40_000]);
    let ms = if due.is_empty() {
        any.boxed()
    } else {
        prop_oneof![2 => select(due.clone()), 1 => select(due).prop_map(|ms| ms - 1), 1 => any].boxed()
    };
    ms.prop_map(|ms| Transition::Advance { ms }).boxed()
}

fn task(model: &Model) -> BoxedStrategy<usize> {
    (0..model.tasks.len()).boxed()
}

/// One of these tasks, mostly.
fn one_of(tasks: Vec<usize>, model: &Model) -> BoxedStrategy<usize> {
    if tasks.is_empty() { task(model) } else { prop_oneof![6 => select(tasks), 1 => task(model)].boxed() }
}
