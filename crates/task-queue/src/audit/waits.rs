//! Who waits for whom: what is counted of it, and the lists that say so.

use std::collections::{BTreeMap, HashMap, HashSet};

use waggle_core::{Error, Redis};

use super::{
    Check,
    indexes::split,
    inventory::{Inventory, Parts},
    kind::{Kind, Part, canonical},
    pages::{read, text},
    record::Record,
    report::Findings,
};
use crate::model::{Status, TaskId};

/// The lists, and what the tasks say.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// How often a task stands in lists of those that wait, under which entry.
    listed: HashMap<(TaskId, i64), i64>,
    /// Lists of a task that are being worked off.
    untold: HashMap<TaskId, i64>,
    /// What blocked tasks say that they wait for.
    pending: BTreeMap<TaskId, (i64, i64)>,
    /// What tasks say of their lists that are being worked off.
    said: BTreeMap<TaskId, i64>,
    there: HashSet<TaskId>,
}

impl Waits {
    pub(super) async fn read(
        redis: &Redis,
        root: &str,
        inventory: &Inventory,
        findings: &mut Findings<'_>,
    ) -> Result<Self, Error> {
        let mut waits = Self::default();
        let untold = inventory.names.iter().filter(|name| matches!(Kind::of(name), Some(Kind::Untold(_))));
        for id in untold.clone().filter_map(|name| waited_for(name)) {
            *waits.untold.entry(id).or_default() += 1;
        }
        let waiting = inventory.lists(Part::Waiting);
        let names = waiting.iter().chain(untold).map(String::as_str);
        read(redis, root, names, |name, elements| {
            for element in elements.iter().map(text) {
                match split(&element) {
                    Some((id, entry, None)) => {
                        *waits.listed.entry((id, i64::from(entry))).or_default() += 1;
                    }
                    _ => findings.add(Check::Waits, name, format!("{element:?} is no task that waits")),
                }
            }
        })
        .await?;
        let looking = inventory.lists(Part::Looking);
        read(redis, root, looking.iter().map(String::as_str), |name, elements| {
            for element in elements.iter().map(text).filter(|element| canonical(element).is_none()) {
                findings.add(Check::Waits, name, format!("{element:?} is no task that may look"));
            }
        })
        .await?;
        Ok(waits)
    }

    /// Notes a task that was found, and checks its own lists.
    pub(super) fn note(&mut self, record: &Record, parts: Parts, findings: &mut Findings<'_>) {
        self.there.insert(record.id);
        if record.status == Status::Blocked {
            self.pending.insert(record.id, (record.number("en"), record.number("pd")));
        }
        if record.field("yd").is_some() {
            self.said.insert(record.id, record.number("yd"));
        }
        let subject = record.id.to_string();
        let has_lists = parts.has(Part::Waiting) || parts.has(Part::Looking);
        findings.that(!has_lists || record.has_flag('d'), Check::Flags, &subject, || {
            "others depend on it, and its flags do not say so".to_owned()
        });
        let told = !record.status.is_finished() || !parts.has(Part::Waiting);
        findings.that(told, Check::Waits, &subject, || {
            format!("is {} and has a list of tasks that wait for it", record.status.as_str())
        });
    }

    /// Compares what is counted with what is listed; nothing may have moved meanwhile.
    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        for (id, (entry, pending)) in &self.pending {
            let listed = self.listed.get(&(*id, *entry)).copied().unwrap_or(0);
            findings.that(listed == *pending, Check::Waits, &id.to_string(), || {
                format!("waits for {pending} tasks and stands in the lists of {listed}")
            });
        }
        let listed = self.untold.keys().filter(|id| self.there.contains(id));
        for id in self.said.keys().chain(listed.filter(|id| !self.said.contains_key(id))) {
            let said = self.said.get(id).copied().unwrap_or(0);
            let there = self.untold.get(id).copied().unwrap_or(0);
            findings.that(said == there, Check::Waits, &id.to_string(), || {
                format!("has {there} lists of tasks that are to be told, and says {said}")
            });
        }
    }
}

/// The task in `dy:<task>/<status>/<n>`.
fn waited_for(name: &str) -> Option<TaskId> {
    canonical(name.strip_prefix("dy:")?.split('/').next()?)
}
