//! The keys of a swarm.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Check,
    kind::{Kind, Part},
    report::Findings,
};
use crate::{migrate::Key, model::TaskId};

/// What the keys of a task's parts begin with, but for its spec.
const OTHERS: [&str; 9] = ["s", "o", "g", "e", "oc", "ir", "us", "d", "l"];

/// Which parts of a task have keys.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) spec: bool,
    pub(super) others: [bool; 9],
    /// A part has another type than it should, and cannot be read.
    pub(super) broken: bool,
}

/// The keys of a swarm: tasks by their ids, everything else by name.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    pub(super) keys: usize,
    pub(super) tasks: BTreeMap<TaskId, Parts>,
    /// Indexes and counts, behind the root.
    pub(super) names: BTreeSet<String>,
}

impl Inventory {
    /// Notes a key that a walk has met, perhaps for a second time.
    pub(super) fn note(&mut self, name: &str, key: &Key, findings: &mut Findings<'_>) {
        self.keys += 1;
        let Some(kind) = Kind::of(name) else {
            return findings.add(
                Check::UnknownKey,
                name,
                format!("a {} that this version does not write", key.kind),
            );
        };
        let typed = key.kind == kind.redis_type();
        findings.that(typed, Check::WrongType, name, || {
            format!("is a {}, not a {}", key.kind, kind.redis_type())
        });
        match key.expires_in {
            Some(left) if !kind.expires() => {
                findings.add(Check::Expires, name, format!("is lost in {left} ms"));
            }
            None if kind.expires() => findings.add(Check::NeverExpires, name, "is kept for ever"),
            _ => {}
        }
        match kind {
            Kind::Part(part, id) => self.tasks.entry(id).or_default().note(part, typed),
            Kind::Memory | Kind::Clock | Kind::Swarm => {}
            _ if typed => drop(self.names.insert(name.to_owned())),
            _ => {}
        }
    }

    /// Tasks that are there and can be read.
    pub(super) fn readable(&self) -> Vec<TaskId> {
        self.tasks.iter().filter(|(_, parts)| parts.spec && !parts.broken).map(|(id, _)| *id).collect()
    }

    /// Which keys a task has.
    pub(super) fn parts(&self, id: TaskId) -> Parts {
        self.tasks.get(&id).copied().unwrap_or_default()
    }

    pub(super) fn task_count(&self) -> usize {
        self.tasks.values().filter(|parts| parts.spec).count()
    }

    /// The names of the lists that tasks have as this part.
    pub(super) fn lists(&self, part: Part) -> Vec<String> {
        let Some(at) = place_of(part) else { return Vec::new() };
        let has = self.tasks.iter().filter(|(_, parts)| parts.others[at] && !parts.broken);
        has.map(|(id, _)| format!("{}:{id}", OTHERS[at])).collect()
    }

    pub(super) fn check_orphans(&self, findings: &mut Findings<'_>) {
        for (id, parts) in self.tasks.iter().filter(|(_, parts)| !parts.spec) {
            for (prefix, _) in OTHERS.iter().zip(parts.others).filter(|(_, there)| *there) {
                findings.add(Check::Orphan, format!("{prefix}:{id}"), "its task does not exist");
            }
        }
    }
}

impl Parts {
    /// Whether there is a key of this part.
    pub(super) fn has(self, part: Part) -> bool {
        place_of(part).map_or(self.spec, |at| self.others[at])
    }

    fn note(&mut self, part: Part, typed: bool) {
        self.broken |= !typed;
        match place_of(part) {
            None => self.spec = true,
            Some(at) => self.others[at] = true,
        }
    }
}

/// Its place among [`OTHERS`].
const fn place_of(part: Part) -> Option<usize> {
    Some(match part {
        Part::Spec => return None,
        Part::State => 0,
        Part::Outcome => 1,
        Part::Progress => 2,
        Part::Attempts => 3,
        Part::Output => 4,
        Part::Input => 5,
        Part::Usage => 6,
        Part::Waiting => 7,
        Part::Looking => 8,
    })
}
