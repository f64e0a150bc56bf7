//! What may be done to the state.

use proptest::prelude::*;
use proptest::sample::select;

use super::{KEYS, Model};

/// One call, or time that passes.
#[derive(Debug, Clone)]
pub(super) enum Transition {
    Put {
        key: usize,
        value: Value,
        ttl_ms: Option<i64>,
        condition: Condition,
    },
    /// Merges `{"n":…}`, or takes `n` away.
    Patch {
        key: usize,
        n: Option<i64>,
        condition: Condition,
    },
    Delete {
        key: usize,
        condition: Condition,
    },
    Increment {
        key: usize,
        by: i64,
        condition: Condition,
    },
    Advance {
        ms: i64,
    },
    Tend,
}

/// A value, as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Number(i64),
    Text,
    /// `{"n":…,"kept":true}`, both where they are there.
    Object {
        n: Option<i64>,
        kept: bool,
    },
}

/// On what a change depends; versions are those of the key, `Behind` one that it had or never had.
#[derive(Debug, Clone, Copy)]
pub(super) enum Condition {
    None,
    Matches,
    MatchesAny,
    MatchesBehind,
    Missing,
    DiffersBehind,
}

impl Transition {
    pub(super) fn any(model: &Model) -> BoxedStrategy<Self> {
        let key = || 0..KEYS.len();
        let ttl = prop_oneof![2 => Just(None), 1 => select(vec![1_000_i64, 1_500, 60_000]).prop_map(Some)];
        prop_oneof![
            8 => (key(), value(), ttl, condition())
                .prop_map(|(key, value, ttl_ms, condition)| Self::Put { key, value, ttl_ms, condition }),
            3 => (key(), prop::option::of(0_i64..9), condition())
                .prop_map(|(key, n, condition)| Self::Patch { key, n, condition }),
            4 => (key(), condition()).prop_map(|(key, condition)| Self::Delete { key, condition }),
            5 => (key(), select(vec![1_i64, 7, -3, 0]), condition())
                .prop_map(|(key, by, condition)| Self::Increment { key, by, condition }),
            4 => time(model),
            2 => Just(Self::Tend),
        ]
        .boxed()
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => (-9_i64..99).prop_map(Value::Number),
        1 => Just(Value::Text),
        1 => prop::option::of(0_i64..9).prop_map(|n| Value::Object { n, kept: true }),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        6 => Just(Condition::None),
        2 => Just(Condition::Matches),
        1 => Just(Condition::MatchesAny),
        1 => Just(Condition::MatchesBehind),
        1 => Just(Condition::Missing),
        1 => Just(Condition::DiffersBehind),
    ]
}

/// To the moment when a key expires, to the millisecond before, or anywhere.
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
