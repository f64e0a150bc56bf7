//! What the swarm has seen in all: it outlives the queues that are forgotten.

use std::collections::BTreeMap;

use waggle_core::{Error, Redis};

use super::{
    Check,
    counts::{Tallies, Tasks},
    pages::{number, read, text},
    report::Findings,
};

/// Fields, and by how much each changes the number of unfinished tasks.
const FIELDS: [(&str, i64); 6] =
    [("submitted", 1), ("retried", 1), ("completed", -1), ("failed", -1), ("cancelled", -1), ("removed", -1)];

/// The fields as they are stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Totals(BTreeMap<String, i64>);

impl Totals {
    pub(super) async fn read(redis: &Redis, root: &str) -> Result<Self, Error> {
        let mut totals = BTreeMap::new();
        read(redis, root, ["totals"], |_, pairs| {
            totals.extend(pairs.chunks_exact(2).map(|pair| (text(&pair[0]), number(&pair[1]))));
        })
        .await?;
        Ok(Self(totals))
    }

    /// Compares with the queues, and with the tasks where none began or ended its life meanwhile.
    pub(super) fn check(
        &self,
        before: &Tallies,
        after: &Tallies,
        found: &Tasks,
        findings: &mut Findings<'_>,
    ) {
        for field in self.0.keys().filter(|field| FIELDS.iter().all(|(name, _)| name != field)) {
            findings.add(Check::UnknownField, format!("totals {field}"), "nothing writes it");
        }
        let counted = counted(after);
        for (field, _) in FIELDS {
            let (total, queues) = (self.of(field), counted.get(field).copied().unwrap_or(0));
            findings.that(total >= queues, Check::Totals, &format!("totals {field}"), || {
                format!("is {total}, and the queues have counted {queues}")
            });
        }
        let unfinished: i64 = FIELDS.iter().map(|(field, sign)| sign * self.of(field)).sum();
        let there: i64 = found.iter().filter(|((_, status), _)| !status.is_finished()).map(|(_, n)| n).sum();
        let moved = before.totals != *self;
        findings.that(moved || unfinished == there, Check::Totals, "totals", || {
            format!("{unfinished} tasks are unfinished by them and {there} are there")
        });
    }

    fn of(&self, field: &str) -> i64 {
        self.0.get(field).copied().unwrap_or(0)
    }
}

/// What the queues that are there have counted.
fn counted(tallies: &Tallies) -> BTreeMap<&'static str, i64> {
    let mut counted = BTreeMap::new();
    for (arrow, times) in tallies.queues.values().flatten() {
        let Some((from, to)) = arrow.split_once('>') else { continue };
        let began = match from {
            "new" => Some("submitted"),
            "failed" | "cancelled" if to == "ready" => Some("retried"),
            _ => None,
        };
        let ended = ["completed", "failed", "cancelled"].into_iter().find(|field| *field == to);
        for field in began.into_iter().chain(ended) {
            *counted.entry(field).or_default() += times;
        }
    }
    counted
}
