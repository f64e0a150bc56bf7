//! What happens to the queue.

use proptest::prelude::*;
use proptest::sample::select;

use super::{Rules, Task};

/// One call, or time that passes.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Submit(Vec<Task>),
    Claim {
        most: usize,
    },
    /// Of the tasks that run, the one at this place of a hundred.
    Complete {
        at: usize,
    },
    Release {
        at: usize,
    },
    /// Of the tasks that are ready.
    Cancel {
        at: usize,
    },
    Say(Rules),
    Advance {
        ms: i64,
    },
    Reap,
}

impl Step {
    pub(super) fn any() -> impl Strategy<Value = Self> {
        let ms = select(vec![1_i64, 50, 400, 5_000]);
        prop_oneof![
            6 => prop::collection::vec(task(), 1..12).prop_map(Self::Submit),
            8 => (1_usize..6).prop_map(|most| Self::Claim { most }),
            5 => (0_usize..100).prop_map(|at| Self::Complete { at }),
            2 => (0_usize..100).prop_map(|at| Self::Release { at }),
            2 => (0_usize..100).prop_map(|at| Self::Cancel { at }),
            2 => rules().prop_map(Self::Say),
            4 => ms.prop_map(|ms| Self::Advance { ms }),
            2 => Just(Self::Reap),
        ]
    }
}

impl Step {
    /// Many tasks of few keys, and nothing that keeps them from their turns.
    pub(super) fn of_turns() -> impl Strategy<Value = Self> {
        let task = (0_u8..4).prop_map(|key| Task::new(5, Some(key), None));
        prop_oneof![
            2 => prop::collection::vec(task, 4..16).prop_map(Self::Submit),
            4 => (1_usize..6).prop_map(|most| Self::Claim { most }),
            1 => (0_usize..100).prop_map(|at| Self::Cancel { at }),
        ]
    }
}

fn task() -> impl Strategy<Value = Task> {
    let key = || prop_oneof![2 => Just(None), 3 => (0_u8..4).prop_map(Some)];
    (select(vec![5_u8, 5, 5, 9, 0]), key(), key())
        .prop_map(|(priority, fair, slot)| Task::new(priority, fair, slot))
}

fn rules() -> impl Strategy<Value = Rules> {
    let limit = || prop_oneof![1 => Just(None), 2 => (1_u64..5).prop_map(Some)];
    // Whole milliseconds a task.
    let rate =
        prop_oneof![2 => Just(None), 1 => select(vec![1_u64, 2, 4]).prop_map(|limit| Some((limit, 1_000)))];
    (limit(), limit(), rate, prop::bool::weighted(0.1))
        .prop_map(|(concurrency, per_key, rate, paused)| Rules { concurrency, per_key, rate, paused })
}
