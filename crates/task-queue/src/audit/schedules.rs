//! Schedules: what is said of each, what has become of it, and when it is due.

use std::collections::BTreeMap;

use waggle_core::{Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::Kind,
    messages::names,
    pages::{number, read, text},
    report::Findings,
};
use crate::limits::SCHEDULES;

/// Fields of what has become of a schedule.
const FIELDS: [&str; 7] = ["vn", "cr", "of", "rn", "sk", "la", "ta"];

/// Which parts of a schedule are there.
#[derive(Debug, Default)]
struct Parts {
    said: bool,
    past: bool,
    /// Whether it stands still.
    off: bool,
    due_at: Option<i64>,
}

/// Checks every schedule of which a part is there. One that was made or removed meanwhile is another one in the next
/// pass.
pub(super) async fn check(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let mut all: BTreeMap<String, Parts> = BTreeMap::new();
    read(redis, root, ["schedules"], |_, pairs| {
        for pair in pairs.chunks_exact(2) {
            all.entry(text(&pair[0])).or_default().said = true;
        }
    })
    .await?;
    let past = names(inventory, |kind| matches!(kind, Kind::Schedule(_)));
    read(redis, root, past, |name, pairs| {
        let parts = all.entry(name["sc:".len()..].to_owned()).or_default();
        parts.past = true;
        for field in pairs.chunks_exact(2).map(|pair| text(&pair[0])) {
            parts.off |= field == "of";
            findings.that(FIELDS.contains(&field.as_str()), Check::UnknownField, name, || {
                format!("has a field {field:?}")
            });
        }
    })
    .await?;
    read(redis, root, ["fires"], |_, pairs| {
        for pair in pairs.chunks_exact(2) {
            all.entry(text(&pair[0])).or_default().due_at = Some(number(&pair[1]));
        }
    })
    .await?;
    let said = all.values().filter(|parts| parts.said).count();
    findings.that(said as u64 <= SCHEDULES, Check::Unbounded, "schedules", || format!("there are {said}"));
    for (name, parts) in &all {
        parts.check(name, findings);
    }
    Ok(())
}

impl Parts {
    fn check(&self, name: &str, findings: &mut Findings<'_>) {
        let subject = format!("sc:{name}");
        for (holds, detail) in [
            (self.said, "nothing is said of it"),
            (self.past, "there is nothing of its past"),
            (self.off || self.due_at.is_some(), "does not stand still and is never due"),
            (!self.off || self.due_at.is_none(), "stands still and is due"),
        ] {
            findings.that(holds, Check::Schedules, &subject, || detail.to_owned());
        }
    }
}
