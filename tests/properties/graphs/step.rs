//! What happens to the tasks.

use proptest::prelude::*;
use proptest::sample::select;
use waggle_task_queue::model::{DependencyPolicy, OnExceeded};

/// One call, or time that passes. `at` is a place of a hundred among those that the call is for.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Submit(New),
    Claim { most: usize },
    Complete { at: usize },
    Fail { at: usize },
    Release { at: usize, delay_ms: i64 },
    Ask { at: usize },
    Use { at: usize, tokens: u64 },
    Answer { at: usize },
    Cancel { at: usize },
    Cascade { at: usize },
    Retry { at: usize },
    Delete { at: usize },
    Advance { ms: i64 },
    Promote,
    Reap,
    Expire,
    Resolve,
}

/// A task to submit.
#[derive(Debug, Clone)]
pub(super) struct New {
    /// Places of those that it depends on.
    pub(super) depends_on: Vec<usize>,
    pub(super) policy: DependencyPolicy,
    pub(super) delay_ms: i64,
    pub(super) parent: Option<usize>,
    /// After the delay.
    pub(super) deadline_ms: Option<i64>,
    /// Tokens that it and its children may use.
    pub(super) budget: Option<(u64, OnExceeded)>,
}

impl Step {
    pub(super) fn any() -> BoxedStrategy<Self> {
        let deadline_ms = prop_oneof![2 => Just(None), 1 => select(vec![2_000_i64, 5_000]).prop_map(Some)];
        prop_oneof![
            48 => Self::plain(New::any(deadline_ms)),
            2 => place().prop_map(|at| Self::Cascade { at }),
            8 => Self::using(),
            5 => Just(Self::Expire),
        ]
        .boxed()
    }

    /// None that wait for others, and many that ask people.
    pub(super) fn asking() -> BoxedStrategy<Self> {
        let deadline_ms = prop_oneof![1 => Just(None), 3 => Just(Some(2_900_i64))];
        let alone = |new| Self::Submit(New { depends_on: Vec::new(), delay_ms: 0, ..new });
        prop_oneof![
            6 => New::any(deadline_ms).prop_map(alone),
            6 => (1_usize..4).prop_map(|most| Self::Claim { most }),
            8 => place().prop_map(|at| Self::Ask { at }),
            4 => Self::using(),
            1 => place().prop_map(|at| Self::Answer { at }),
            1 => place().prop_map(|at| Self::Cancel { at }),
            2 => place().prop_map(|at| Self::Delete { at }),
            2 => select(vec![1_i64, 2_000, 3_000]).prop_map(|ms| Self::Advance { ms }),
            1 => Just(Self::Promote),
            1 => Just(Self::Reap),
            3 => Just(Self::Expire),
        ]
        .boxed()
    }

    /// Trees of tasks that use up what they may, and go on when they have been granted more.
    pub(super) fn spending() -> BoxedStrategy<Self> {
        let alone = |new| Self::Submit(New { depends_on: Vec::new(), delay_ms: 0, ..new });
        prop_oneof![
            4 => New::any(Just(None)).prop_map(alone),
            6 => (1_usize..4).prop_map(|most| Self::Claim { most }),
            12 => Self::using(),
            8 => place().prop_map(|at| Self::Answer { at }),
            1 => place().prop_map(|at| Self::Ask { at }),
            1 => place().prop_map(|at| Self::Complete { at }),
            1 => place().prop_map(|at| Self::Cancel { at }),
            1 => place().prop_map(|at| Self::Retry { at }),
            1 => place().prop_map(|at| Self::Delete { at }),
            1 => select(vec![400_i64, 2_900]).prop_map(|ms| Self::Advance { ms }),
            1 => Just(Self::Reap),
        ]
        .boxed()
    }

    /// Nothing but what comes to the same whether those who wait are told at once or a little later.
    pub(super) fn patient() -> BoxedStrategy<Self> {
        Self::plain(New::any(Just(None))).boxed()
    }

    fn using() -> impl Strategy<Value = Self> {
        (place(), select(vec![0, 1, 40, 60])).prop_map(|(at, tokens)| Self::Use { at, tokens })
    }

    fn plain(new: impl Strategy<Value = New> + 'static) -> impl Strategy<Value = Self> {
        let ms = select(vec![1_i64, 400, 1_000, 3_500]);
        let delay = prop_oneof![2 => Just(0_i64), 1 => Just(500)];
        prop_oneof![
            15 => new.prop_map(Self::Submit),
            8 => (1_usize..4).prop_map(|most| Self::Claim { most }),
            6 => place().prop_map(|at| Self::Complete { at }),
            2 => place().prop_map(|at| Self::Fail { at }),
            1 => (place(), delay).prop_map(|(at, delay_ms)| Self::Release { at, delay_ms }),
            4 => place().prop_map(|at| Self::Ask { at }),
            2 => place().prop_map(|at| Self::Answer { at }),
            2 => place().prop_map(|at| Self::Cancel { at }),
            2 => place().prop_map(|at| Self::Retry { at }),
            2 => place().prop_map(|at| Self::Delete { at }),
            4 => ms.prop_map(|ms| Self::Advance { ms }),
            2 => Just(Self::Promote),
            2 => Just(Self::Reap),
            1 => Just(Self::Resolve),
        ]
    }
}

impl New {
    fn any(deadline_ms: impl Strategy<Value = Option<i64>> + 'static) -> impl Strategy<Value = Self> {
        let depends_on = prop_oneof![
            2 => Just(Vec::new()),
            5 => prop::collection::vec(prop_oneof![place(), 75_usize..100], 1..=4),
        ];
        let policy = select(vec![DependencyPolicy::Fail, DependencyPolicy::Cancel, DependencyPolicy::Run]);
        let delay_ms = prop_oneof![2 => Just(0_i64), 1 => select(vec![1_500_i64, 8_000])];
        let parent = prop_oneof![1 => Just(None), 1 => place().prop_map(Some)];
        let policies = select(vec![OnExceeded::Fail, OnExceeded::InputRequired]);
        let budget = (select(vec![40_u64, 100]), policies);
        let budget = prop_oneof![2 => Just(None), 1 => budget.prop_map(Some)];
        (depends_on, policy, delay_ms, parent, deadline_ms, budget).prop_map(
            |(depends_on, policy, delay_ms, parent, deadline_ms, budget)| Self {
                depends_on,
                policy,
                delay_ms,
                parent,
                deadline_ms,
                budget,
            },
        )
    }
}

fn place() -> impl Strategy<Value = usize> {
    0_usize..100
}
