//! Deduplication keys and the tasks that hold them.

use std::collections::{BTreeMap, HashMap};

use waggle_core::{Error, Redis};

use super::{
    Check,
    pages::{read, text},
    record::Record,
    report::Findings,
};

/// Who holds which key, and who should.
#[derive(Debug, Default)]
pub(super) struct Dedup {
    /// Task by key, as stored.
    held: HashMap<String, String>,
    /// Tasks by key, unfinished ones that have it.
    wanted: BTreeMap<String, Vec<String>>,
}

impl Dedup {
    pub(super) async fn read(redis: &Redis, root: &str) -> Result<Self, Error> {
        let mut held = HashMap::new();
        read(redis, root, ["dedup"], |_, pairs| {
            held.extend(pairs.chunks_exact(2).map(|pair| (text(&pair[0]), text(&pair[1]))));
        })
        .await?;
        Ok(Self { held, wanted: BTreeMap::new() })
    }

    pub(super) fn note(&mut self, record: &Record) {
        if let Some(key) = record.dedup_key.as_ref().filter(|_| !record.status.is_finished()) {
            self.wanted.entry(key.clone()).or_default().push(record.id.to_string());
        }
    }

    pub(super) fn check(&self, findings: &mut Findings<'_>) {
        for (key, holder) in &self.held {
            let holds = self.wanted.get(key).is_some_and(|wanted| wanted.contains(holder));
            findings.that(holds, Check::DedupHolder, &format!("dedup {key:?} {holder}"), || {
                "is held by something that is no unfinished task with this key".to_owned()
            });
        }
        for (key, wanted) in &self.wanted {
            for id in wanted.iter().filter(|id| self.held.get(key) != Some(id)) {
                findings.add(
                    Check::DedupLost,
                    id.as_str(),
                    format!("does not hold its deduplication key {key:?}"),
                );
            }
        }
    }
}
