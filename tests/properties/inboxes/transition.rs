//! What may be done with messages.

use proptest::prelude::*;
use proptest::sample::select;

use super::{AGENTS, Model, TOPICS};

/// One call, or time that passes.
#[derive(Debug, Clone)]
pub(super) enum Transition {
    /// A new agent, or another limit of a known one's inbox.
    Register {
        agent: usize,
        limit: u64,
    },
    Remove {
        agent: usize,
    },
    Subscribe {
        agent: usize,
        topic: usize,
    },
    Unsubscribe {
        agent: usize,
        topic: usize,
    },
    Send {
        from: usize,
        to: To,
        ttl_ms: i64,
    },
    Ack {
        agent: usize,
        what: Ack,
    },
    Read {
        agent: usize,
        after: u64,
        limit: usize,
    },
    Advance {
        ms: i64,
    },
    Tend,
}

/// Whom a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Agent(usize),
    Topic(usize),
    Everybody,
}

/// What is acknowledged.
#[derive(Debug, Clone)]
pub(super) enum Ack {
    UpTo(u64),
    /// Messages, in the inbox or not.
    These(Vec<usize>),
}

impl Transition {
    pub(super) fn any(model: &Model) -> BoxedStrategy<Self> {
        let agent = || 0..AGENTS.len();
        let topic = || 0..TOPICS.len();
        let to = prop_oneof![
            3 => agent().prop_map(To::Agent),
            2 => topic().prop_map(To::Topic),
            2 => Just(To::Everybody),
        ];
        prop_oneof![
            2 => (agent(), select(vec![1_u64, 2, 3, 10_000]))
                .prop_map(|(agent, limit)| Self::Register { agent, limit }),
            1 => agent().prop_map(|agent| Self::Remove { agent }),
            2 => (agent(), topic()).prop_map(|(agent, topic)| Self::Subscribe { agent, topic }),
            1 => (agent(), topic()).prop_map(|(agent, topic)| Self::Unsubscribe { agent, topic }),
            12 => (agent(), to, select(vec![1_000_i64, 5_000, 60_000]))
                .prop_map(|(from, to, ttl_ms)| Self::Send { from, to, ttl_ms }),
            5 => (agent(), ack(model)).prop_map(|(agent, what)| Self::Ack { agent, what }),
            2 => (agent(), 0_u64..6, 1_usize..4)
                .prop_map(|(agent, after, limit)| Self::Read { agent, after, limit }),
            4 => time(model),
            2 => Just(Self::Tend),
        ]
        .boxed()
    }

    /// The messages it names.
    pub(super) fn messages(&self) -> &[usize] {
        match self {
            Self::Ack { what: Ack::These(messages), .. } => messages,
            _ => &[],
        }
    }
}

fn ack(model: &Model) -> BoxedStrategy<Ack> {
    let up_to = (0_u64..8).prop_map(Ack::UpTo);
    if model.messages.is_empty() {
        return up_to.boxed();
    }
    let these = prop::collection::vec(0..model.messages.len(), 1..4).prop_map(Ack::These);
    prop_oneof![2 => up_to, 3 => these].boxed()
}

/// To the moment when a message expires, to the millisecond before, or anywhere.
fn time(model: &Model) -> BoxedStrategy<Transition> {
    let due: Vec<_> = model.due().map(|at| at - model.now).filter(|ms| *ms > 0).collect();
    let any = select(vec![1_i64, 400, 2_000]);
    let ms = if due.is_empty() {
        any.boxed()
    } else {
        prop_oneof![2 => select(due.clone()), 1 => select(due).prop_map(|ms| ms - 1), 1 => any].boxed()
    };
    ms.prop_map(|ms| Transition::Advance { ms }).boxed()
}
