//! The reference: keys with values, and one number that counts all changes.

use std::collections::BTreeMap;

use super::{Condition, Transition, Value};

/// Keys that begin alike, hold what other keys of the store are made of, or are no ASCII.
pub(super) const KEYS: [&str; 4] = ["plan", "plan/a:b", "{x}:t:1 *", "größe"];
const BEGIN: i64 = 1_800_000_000_000;

/// What a call has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Nothing,
    Written { created: bool, version: u64 },
    Deleted { version: u64 },
    NotFound,
    NotANumber,
    Mismatch { version: u64 },
    Swept { keys: usize, next_in_ms: Option<i64> },
}

/// A key that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) version: u64,
    pub(super) updated_at: i64,
    pub(super) expires_at: Option<i64>,
}

/// The state of one swarm.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) now: i64,
    /// How many changes there were.
    pub(super) version: u64,
    /// Those that have expired too, until they are swept.
    entries: BTreeMap<usize, Entry>,
    /// The version of each deletion.
    pub(super) deleted: BTreeMap<usize, u64>,
    pub(super) answer: Answer,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            now: BEGIN,
            version: 0,
            entries: BTreeMap::new(),
            deleted: BTreeMap::new(),
            answer: Answer::Nothing,
        }
    }

    /// What everybody sees of a key.
    pub(super) fn entry(&self, key: usize) -> Option<&Entry> {
        self.entries.get(&key).filter(|entry| entry.expires_at.is_none_or(|at| self.now < at))
    }

    pub(super) fn due(&self) -> impl Iterator<Item = i64> {
        self.entries.values().filter_map(|entry| entry.expires_at)
    }

    /// The version that the condition of a call names; of a missing key one that it never had.
    pub(super) fn version_of(&self, key: usize) -> u64 {
        self.entry(key).map_or(1_000_000, |entry| entry.version)
    }

    pub(super) fn call(&mut self, transition: &Transition) -> Answer {
        match *transition {
            Transition::Put { key, value, ttl_ms, condition } => {
                self.change(key, condition, |_| Some(value), ttl_ms.map(|ms| self.now + ms))
            }
            Transition::Patch { key, n, condition } => {
                let keep = self.entry(key).and_then(|entry| entry.expires_at);
                self.change(key, condition, |before| Some(patched(before, n)), keep)
            }
            Transition::Increment { key, by, condition } => {
                let keep = self.entry(key).and_then(|entry| entry.expires_at);
                self.change(key, condition, |before| incremented(before, by), keep)
            }
            Transition::Delete { key, condition } => self.delete(key, condition),
            Transition::Advance { ms } => {
                self.now += ms;
                Answer::Nothing
            }
            Transition::Tend => self.tend(),
        }
    }

    fn change(
        &mut self,
        key: usize,
        condition: Condition,
        value: impl FnOnce(Option<Value>) -> Option<Value>,
        expires_at: Option<i64>,
    ) -> Answer {
        if let Some(mismatch) = self.unmet(key, condition) {
            return mismatch;
        }
        let before = self.entry(key).map(|entry| entry.value);
        let Some(value) = value(before) else { return Answer::NotANumber };
        self.version += 1;
        let entry = Entry { value, version: self.version, updated_at: self.now, expires_at };
        self.entries.insert(key, entry);
        self.deleted.remove(&key);
        Answer::Written { created: before.is_none(), version: self.version }
    }

    fn delete(&mut self, key: usize, condition: Condition) -> Answer {
        if let Some(mismatch) = self.unmet(key, condition) {
            return mismatch;
        }
        if self.entry(key).is_none() {
            return Answer::NotFound;
        }
        self.remove(key);
        Answer::Deleted { version: self.version }
    }

    fn remove(&mut self, key: usize) {
        self.version += 1;
        self.entries.remove(&key);
        self.deleted.insert(key, self.version);
    }

    fn unmet(&self, key: usize, condition: Condition) -> Option<Answer> {
        let live = self.entry(key);
        let met = match condition {
            Condition::None | Condition::DiffersBehind => true,
            Condition::Matches | Condition::MatchesAny => live.is_some(),
            Condition::MatchesBehind => false,
            Condition::Missing => live.is_none(),
        };
        (!met).then(|| Answer::Mismatch { version: live.map_or(0, |entry| entry.version) })
    }

    /// What has expired is deleted, the first to expire first.
    fn tend(&mut self) -> Answer {
        let over = self.entries.iter().filter_map(|(key, entry)| Some((entry.expires_at?, KEYS[*key], *key)));
        let mut over: Vec<_> = over.filter(|(at, ..)| *at <= self.now).collect();
        over.sort_unstable();
        for (_, _, key) in &over {
            self.remove(*key);
        }
        Answer::Swept { keys: over.len(), next_in_ms: self.due().min().map(|at| at - self.now) }
    }
}

/// The merge patch `{"n":…}`.
fn patched(before: Option<Value>, n: Option<i64>) -> Value {
    match before {
        Some(Value::Object { kept, .. }) => Value::Object { n, kept },
        _ => Value::Object { n, kept: false },
    }
}

fn incremented(before: Option<Value>, by: i64) -> Option<Value> {
    match before {
        None => Some(Value::Number(by)),
        Some(Value::Number(number)) => Some(Value::Number(number + by)),
        Some(_) => None,
    }
}
