//! What agents may do, and what may be done to them.

use proptest::prelude::*;
use proptest::sample::select;

use super::{AGENTS, FREE, Model, Stand};

/// One call, or time that passes.
#[derive(Debug, Clone)]
pub(super) enum Transition {
    Put {
        agent: usize,
        capacity: u64,
        ttl_ms: i64,
    },
    Drain {
        agent: usize,
    },
    Resume {
        agent: usize,
    },
    Delete {
        agent: usize,
    },
    /// Says that an agent is there, and keeps all that it holds.
    Heartbeat {
        agent: usize,
    },
    /// Into the queue of an agent, pinned to it, or into the one that is everybody's.
    Submit {
        queue: usize,
    },
    Claim {
        agent: usize,
        queue: usize,
        most: usize,
    },
    Complete {
        task: usize,
    },
    Release {
        task: usize,
    },
    Advance {
        ms: i64,
    },
    Reap,
    Tend,
}

impl Transition {
    pub(super) fn any(model: &Model) -> BoxedStrategy<Self> {
        let agent = || 0..AGENTS.len();
        let queue = || 0..=FREE;
        let put = (agent(), 1_u64..4, select(vec![1_000_i64, 10_000, 60_000]));
        prop_oneof![
            3 => put.prop_map(|(agent, capacity, ttl_ms)| Self::Put { agent, capacity, ttl_ms }),
            1 => agent().prop_map(|agent| Self::Drain { agent }),
            1 => agent().prop_map(|agent| Self::Resume { agent }),
            2 => agent().prop_map(|agent| Self::Delete { agent }),
            2 => agent().prop_map(|agent| Self::Heartbeat { agent }),
            8 => queue().prop_map(|queue| Self::Submit { queue }),
            9 => (agent(), queue(), 1_usize..5)
                .prop_map(|(agent, queue, most)| Self::Claim { agent, queue, most }),
            4 => task(model).prop_map(|task| Self::Complete { task }),
            4 => task(model).prop_map(|task| Self::Release { task }),
            6 => time(model),
            3 => Just(Self::Reap),
            4 => Just(Self::Tend),
        ]
        .boxed()
    }

    /// The task it names.
    pub(super) const fn task(&self) -> Option<usize> {
        match self {
            Self::Complete { task } | Self::Release { task } => Some(*task),
            _ => None,
        }
    }
}

/// One that runs, mostly; the first one where there is none.
fn task(model: &Model) -> BoxedStrategy<usize> {
    let running: Vec<_> =
        (0..model.tasks.len()).filter(|task| model.tasks[*task].stand == Stand::Running).collect();
    let any = 0..model.tasks.len().max(1);
    if running.is_empty() { any.boxed() } else { prop_oneof![6 => select(running), 1 => any].boxed() }
}

/// To the moment when a lease or a presence ends or a lost agent is forgotten, to the millisecond before, or anywhere.
fn time(model: &Model) -> BoxedStrategy<Transition> {
    let due: Vec<_> = model.due().into_iter().map(|at| at - model.now).filter(|ms| *ms > 0).collect();
    let any = select(vec![1_i64, 100, 2_000, 30_000]);
    let ms = if due.is_empty() {
        any.boxed()
    } else {
        prop_oneof![3 => select(due.clone()), 1 => select(due).prop_map(|ms| ms - 1), 2 => any].boxed()
    };
    ms.prop_map(|ms| Transition::Advance { ms }).boxed()
}
