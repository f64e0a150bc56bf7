//! Keys that take turns, and keys with slots: what is counted of them, and what is there.

use std::collections::{BTreeMap, BTreeSet};

use waggle_core::{Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::{Kind, queue_and_agent},
    pages::{number, read, text},
    record::Record,
    report::Findings,
};
use crate::model::Status;

/// Numbers by queue or ready list, and key.
type Counts = BTreeMap<(String, String), i64>;

/// What is counted, and what is there.
#[derive(Debug, Default)]
pub(super) struct Keyed {
    /// Tasks that run, by queue and concurrency key.
    running: Counts,
    slots: Counts,
    staged: Counts,
    /// Names of lists by their queue.
    there: BTreeMap<String, BTreeSet<String>>,
    named: BTreeMap<String, BTreeSet<String>>,
}

impl Keyed {
    /// Notes a task that was found.
    pub(super) fn note(&mut self, record: &Record) {
        if let Some(key) = record.concurrency.as_ref().filter(|_| record.status == Status::Running) {
            *self.running.entry((record.queue.clone(), key.clone())).or_default() += 1;
        }
    }

    /// Reads what is counted and named.
    pub(super) async fn read(
        &mut self,
        redis: &Redis,
        root: &str,
        inventory: &Inventory,
    ) -> Result<(), Error> {
        let names = || inventory.names.iter().map(String::as_str);
        for name in names() {
            if let Some(queue) = waits_in(name) {
                self.there.entry(queue.to_owned()).or_default().insert(name.to_owned());
            }
        }
        let counted = names().filter(|name| {
            matches!(Kind::of(name), Some(Kind::Staged(_) | Kind::Slots(_) | Kind::Waiting(_)))
        });
        read(redis, root, counted, |name, fields| {
            for pair in fields.chunks_exact(2) {
                let (field, value) = (text(&pair[0]), number(&pair[1]));
                match Kind::of(name) {
                    Some(Kind::Slots(queue)) => drop(self.slots.insert((queue.to_owned(), field), value)),
                    // Weights end with a slash.
                    Some(Kind::Staged(list)) if !field.ends_with('/') => {
                        self.staged.insert((list.to_owned(), field), value);
                    }
                    Some(Kind::Waiting(queue)) => {
                        self.named.entry(queue.to_owned()).or_default().insert(field);
                    }
                    _ => {}
                }
            }
        })
        .await
    }

    /// Checks the queues that stood still; `staged` is what was found in ready lists.
    pub(super) fn check(&self, staged: &Counts, still: &BTreeSet<&str>, findings: &mut Findings<'_>) {
        compare("kc", &self.slots, &self.running, |queue| still.contains(queue), findings);
        compare("st", &self.staged, staged, |list| still.contains(queue_of_list(list)), findings);
        let empty = BTreeSet::new();
        for queue in self.there.keys().chain(self.named.keys()).filter(|queue| still.contains(queue.as_str()))
        {
            let [there, named] = [&self.there, &self.named].map(|sets| sets.get(queue).unwrap_or(&empty));
            findings.that(there == named, Check::Keys, &format!("wl:{queue}"), || {
                let other = there.symmetric_difference(named).next();
                format!("{other:?} is named and not there, or the other way round")
            });
        }
    }
}

fn compare(
    prefix: &str,
    counted: &Counts,
    there: &Counts,
    still: impl Fn(&str) -> bool,
    findings: &mut Findings<'_>,
) {
    let all: BTreeSet<_> = counted.keys().chain(there.keys()).collect();
    for place in all.into_iter().filter(|(of, _)| still(of)) {
        let [counted, there] = [counted, there].map(|counts| counts.get(place).copied().unwrap_or(0));
        findings.that(counted == there, Check::Keys, &format!("{prefix}:{} {}", place.0, place.1), || {
            format!("{counted} are counted and {there} are there")
        });
    }
}

/// The queue of a list in which tasks wait for their turn or for a slot.
fn waits_in(name: &str) -> Option<&str> {
    match Kind::of(name)? {
        Kind::Backlog { list, .. } => Some(queue_of_list(list)),
        Kind::Parked { queue, .. } => Some(queue),
        _ => None,
    }
}

/// The queue of a ready list.
fn queue_of_list(list: &str) -> &str {
    match Kind::of(list) {
        Some(Kind::Special { pool, .. }) => queue_and_agent(pool).0,
        _ => list.split_once(':').map_or("", |(_, queue)| queue),
    }
}
