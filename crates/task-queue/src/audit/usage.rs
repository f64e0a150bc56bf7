//! What tasks have used up, and what their parents have heard of it.

use std::collections::{BTreeMap, HashMap};

use waggle_core::{Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::{Kind, Part},
    pages::{number, read, text},
    record::Record,
    report::Findings,
};
use crate::model::TaskId;

/// Of one task: its own, and that of all below it; tokens, millionths of a dollar, milliseconds.
type Sums = [[i64; 3]; 2];

const FIELDS: [[&str; 3]; 2] = [["t", "u", "w"], ["T", "U", "W"]];

/// Sums of tasks.
#[derive(Debug, Default)]
pub(super) struct Used {
    sums: HashMap<TaskId, Sums>,
    /// By parent, what its children that are there have used with all below them.
    below: BTreeMap<TaskId, [i64; 3]>,
    there: Vec<TaskId>,
    /// Whether the swarm was restored: its tasks were written as each stood at a time of its own.
    restored: bool,
}

impl Used {
    pub(super) async fn read(redis: &Redis, root: &str, inventory: &Inventory) -> Result<Self, Error> {
        let mut used = Self::default();
        let names = inventory.lists(Part::Usage);
        read(redis, root, names.iter().map(String::as_str), |name, fields| {
            let Some(Kind::Part(Part::Usage, id)) = Kind::of(name) else { return };
            let sums = used.sums.entry(id).or_default();
            for pair in fields.chunks_exact(2) {
                let field = text(&pair[0]);
                for (at, names) in FIELDS.iter().enumerate() {
                    if let Some(place) = names.iter().position(|name| *name == field) {
                        sums[at][place] = number(&pair[1]);
                    }
                }
            }
        })
        .await?;
        read(redis, root, ["swarm"], |_, pairs| {
            used.restored |= pairs.chunks_exact(2).any(|pair| text(&pair[0]) == "restored");
        })
        .await?;
        Ok(used)
    }

    /// Notes a task that was found.
    pub(super) fn note(&mut self, record: &Record) {
        self.there.push(record.id);
        let Some(parent) = record.parent else { return };
        let Some([own, below]) = self.sums.get(&record.id) else { return };
        let of_parent = self.below.entry(parent).or_default();
        for (sum, used) in of_parent.iter_mut().zip(own.iter().zip(below).map(|(own, below)| own + below)) {
            *sum = sum.saturating_add(used);
        }
    }

    /// A parent has heard of all that its children say; of more, where some of those are gone. Nothing may have moved
    /// meanwhile.
    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        for id in self.there.iter().filter(|_| !self.restored) {
            let Some(children) = self.below.get(id) else { continue };
            let [_, heard] = self.sums.get(id).copied().unwrap_or_default();
            let all = heard.iter().zip(children).all(|(heard, said)| heard >= said);
            findings.that(all, Check::Usage, &id.to_string(), || {
                format!("its children have used {children:?}, and it has heard of {heard:?}")
            });
        }
    }
}
