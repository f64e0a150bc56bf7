//! What is kept of the swarm itself.

use waggle_core::{Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::Kind,
    messages::names,
    pages::{number, read, text},
    report::Findings,
};
use crate::limits::EVENT_ENTRIES;

/// Fields of the swarm's record.
const FIELDS: [&str; 16] = [
    "gf",
    "gc",
    "rr",
    "created_at",
    "description",
    "paused",
    "resumed",
    "seen",
    "quiet",
    "follow",
    "max_tasks",
    "max_agents",
    "restored",
    "ruled",
    "fair",
    CLOSED,
];
/// Fields beside it that only a swarm has that is being deleted or restored.
const CLOSED_FIELDS: [&str; 3] = ["closed_at", "restore", "restore_at"];
const CLOSED: &str = "closed";
/// Samples that are kept at most.
const SAMPLES: usize = 13;
/// The stream is cut in whole nodes of some hundred entries: it may be longer for a while.
const EVENTS: u64 = EVENT_ENTRIES * 2;

/// Checks the swarm's record; returns whether the swarm is open: another one is being deleted or restored.
pub(super) async fn is_open(redis: &Redis, root: &str, findings: &mut Findings<'_>) -> Result<bool, Error> {
    let mut open = true;
    read(redis, root, ["swarm"], |_, pairs| {
        let fields: Vec<_> = pairs.chunks_exact(2).map(|pair| text(&pair[0])).collect();
        open &= !fields.iter().any(|field| field == CLOSED);
        for field in fields.iter().map(String::as_str).filter(|field| open || !CLOSED_FIELDS.contains(field))
        {
            findings.that(FIELDS.contains(&field), Check::UnknownField, &format!("swarm {field}"), || {
                "nothing writes it".to_owned()
            });
        }
    })
    .await?;
    Ok(open)
}

/// Checks that what is kept of the past is bounded.
pub(super) async fn check_past(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let staged = names(inventory, |kind| matches!(kind, Kind::Restoring | Kind::Staging));
    for name in staged {
        findings.add(Check::Orphan, name, "a restore has left it behind");
    }
    // What is of another type has a finding already.
    let past = ["samples", "events"].into_iter().filter(|name| inventory.names.contains(*name));
    read(redis, root, past, |name, elements| {
        if name == "samples" {
            let (there, readable) = (elements.len(), elements.iter().all(|sample| is_sample(&text(sample))));
            findings.that(there <= SAMPLES, Check::Unbounded, name, || {
                format!("{there} are kept, not {SAMPLES}")
            });
            findings.that(readable, Check::Unreadable, name, || "one is not three numbers".to_owned());
        } else {
            let there = elements.first().map_or(0, number);
            let bounded = u64::try_from(there).is_ok_and(|there| there <= EVENTS);
            findings
                .that(bounded, Check::Unbounded, name, || format!("{there} entries are kept, not {EVENTS}"));
        }
    })
    .await
}

/// `<at> <submitted> <completed>`.
fn is_sample(sample: &str) -> bool {
    sample.split(' ').count() == 3 && sample.split(' ').all(|word| word.parse::<u64>().is_ok())
}
