//! The state of a swarm in the store.

use std::rc::Rc;
use std::time::Duration;

use proptest_state_machine::StateMachineTest;
use waggle_task_queue::Error;
use waggle_task_queue::maintenance::Custodian;
use waggle_task_queue::model::{
    DeletedState, Increment, Json, PutState, StateGuard, StateItem, StateKey, StateQuery, SwarmName, Versions,
};

use super::{Answer, Condition, KEYS, Machine, Model, Transition, Value};
use crate::store::Backend;

/// A swarm in a store.
pub(super) struct Case {
    backend: Rc<Backend>,
    swarm: SwarmName,
    /// The versions that keys have before the next call: what its condition names.
    versions: [u64; KEYS.len()],
}

impl StateMachineTest for Case {
    type SystemUnderTest = Self;
    type Reference = Machine;

    fn init_test(model: &Model) -> Self {
        let backend = Backend::of_this_test();
        let swarm = backend.swarm();
        backend.set_clock(&swarm, model.now);
        Self { backend, swarm, versions: versions(model) }
    }

    fn apply(mut case: Self, model: &Model, transition: Transition) -> Self {
        let backend = Rc::clone(&case.backend);
        let answer = backend.runtime.block_on(case.call(&transition, model));
        assert_eq!(answer, model.answer, "the answer to {transition:?}");
        case.versions = versions(model);
        case
    }

    fn check_invariants(case: &Self, model: &Model) {
        case.backend.runtime.block_on(async {
            case.compare_keys(model).await;
            case.compare_changes(model).await;
        });
    }

    fn teardown(case: Self, _: Model) {
        case.backend.audit(&case.swarm);
    }
}

fn versions(model: &Model) -> [u64; KEYS.len()] {
    std::array::from_fn(|key| model.version_of(key))
}

impl Case {
    async fn call(&self, transition: &Transition, model: &Model) -> Answer {
        let (queue, swarm) = (&self.backend.queue, &self.swarm);
        match *transition {
            Transition::Put { key, value, ttl_ms, condition } => {
                let put = PutState { value: json(value), ttl_ms: ttl_ms.map(i64::cast_unsigned) };
                let written = queue.put_state(swarm, state_key(key), put, &self.guard(key, condition)).await;
                written.map_or_else(refusal, |(entry, created)| Answer::Written {
                    created,
                    version: entry.version,
                })
            }
            Transition::Patch { key, n, condition } => {
                let n = n.map_or_else(|| "null".to_owned(), |n| n.to_string());
                let patch = Json::parse(format!(r#"{{"n":{n}}}"#)).unwrap();
                let written =
                    queue.patch_state(swarm, state_key(key), &patch, &self.guard(key, condition)).await;
                written.map_or_else(refusal, |(entry, created)| Answer::Written {
                    created,
                    version: entry.version,
                })
            }
            Transition::Increment { key, by, condition } => {
                let increment = Increment { by: by as f64 };
                let guard = self.guard(key, condition);
                let written = queue.increment_state(swarm, state_key(key), increment, &guard, None).await;
                written.map_or_else(refusal, |done| Answer::Written {
                    created: done.created,
                    version: done.entry.version,
                })
            }
            Transition::Delete { key, condition } => {
                let deleted = queue.delete_state(swarm, state_key(key), &self.guard(key, condition)).await;
                deleted.map_or_else(refusal, |version| Answer::Deleted { version })
            }
            Transition::Advance { .. } => {
                self.backend.set_clock(swarm, model.now);
                Answer::Nothing
            }
            Transition::Tend => {
                let swept = Custodian.run_once(&self.backend.redis, swarm).await.unwrap();
                let next_in_ms = swept.next_in.map(|wait| i64::try_from(wait.as_millis()).unwrap());
                Answer::Swept { keys: swept.tasks, next_in_ms }
            }
        }
    }

    fn guard(&self, key: usize, condition: Condition) -> StateGuard {
        let mut guard = StateGuard::default();
        let version = self.versions[key];
        match condition {
            Condition::None => {}
            Condition::Matches => guard.if_match = Versions::Of(vec![version]),
            Condition::MatchesAny => guard.if_match = Versions::Any,
            Condition::MatchesBehind => guard.if_match = Versions::Of(vec![version - 1, version * 10]),
            Condition::Missing => guard.if_none_match = Versions::Any,
            Condition::DiffersBehind => guard.if_none_match = Versions::Of(vec![version - 1, version * 10]),
        }
        guard
    }

    async fn compare_keys(&self, model: &Model) {
        for (key, name) in KEYS.iter().enumerate() {
            let found = match self.backend.queue.get_state(&self.swarm, state_key(key)).await {
                Ok(entry) => Some(entry),
                Err(Error::StateNotFound(_)) => None,
                Err(other) => panic!("{other}"),
            };
            let seen = found.map(|entry| {
                let expires_at = entry.expires_at.map(|at| at.0);
                (entry.value.as_str().to_owned(), entry.version, entry.updated_at.0, expires_at)
            });
            let expected = model.entry(key);
            let expected = expected.map(|entry| {
                (json(entry.value).as_str().to_owned(), entry.version, entry.updated_at, entry.expires_at)
            });
            assert_eq!(seen, expected, "key {name:?}");
        }
    }

    /// All keys by name, and all changes in their order.
    async fn compare_changes(&self, model: &Model) {
        let live = || (0..KEYS.len()).filter_map(|key| Some((key, model.entry(key)?.version)));
        let mut keys: Vec<_> = live().map(|(key, _)| KEYS[key].to_owned()).collect();
        keys.sort_unstable();
        let (listed, version) = self.list(StateQuery::default()).await;
        let listed: Vec<_> = listed.into_iter().map(|(_, key, deleted)| (key, deleted)).collect();
        assert_eq!(listed, keys.into_iter().map(|key| (key, false)).collect::<Vec<_>>(), "keys by name");
        assert_eq!(version, model.version, "the version of the whole state");

        let deleted = model.deleted.iter().map(|(key, version)| (*version, KEYS[*key].to_owned(), true));
        let mut changes: Vec<_> =
            live().map(|(key, version)| (version, KEYS[key].to_owned(), false)).chain(deleted).collect();
        changes.sort_unstable();
        let since = StateQuery { since_version: Some(0), ..StateQuery::default() };
        assert_eq!(self.list(since).await, (changes, model.version), "changes in their order");
    }

    async fn list(&self, query: StateQuery) -> (Vec<(u64, String, bool)>, u64) {
        let page = self.backend.queue.list_state(&self.swarm, &query, Duration::ZERO).await.unwrap();
        let items = page.items.into_iter().map(|item| match item {
            StateItem::Entry(entry) => (entry.version, entry.key.to_string(), false),
            StateItem::Deleted(DeletedState { key, version, deleted }) => (version, key.to_string(), deleted),
        });
        (items.collect(), page.version)
    }
}

fn state_key(key: usize) -> StateKey {
    KEYS[key].parse().unwrap()
}

fn json(value: Value) -> Json {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::Text => r#""text""#.to_owned(),
        Value::Object { n, kept } => {
            let n = n.map(|n| format!(r#""n":{n}"#));
            let members: Vec<_> = kept.then(|| r#""kept":true"#.to_owned()).into_iter().chain(n).collect();
            format!("{{{}}}", members.join(","))
        }
    };
    Json::parse(text).unwrap()
}

fn refusal(error: Error) -> Answer {
    match error {
        Error::StateNotFound(_) => Answer::NotFound,
        Error::NotANumber(_) => Answer::NotANumber,
        Error::VersionMismatch { version, .. } => Answer::Mismatch { version },
        other => panic!("{other}"),
    }
}
