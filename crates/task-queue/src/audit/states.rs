//! The keys of the state: each value, and what indexes it.

use std::collections::{BTreeMap, BTreeSet};

use waggle_core::{Call, Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::Kind,
    messages::names,
    pages::{number, read, text},
    report::Findings,
};
use crate::{library::function, limits::STATE_TOMBSTONES, store::Reader};

const FUNCTION: &str = function!("audit_states");
/// Keys a call reads.
const KEYS: usize = 200;
const INDEXES: [&str; 4] = ["versions", "statekeys", "deleted", "expiring"];

/// Checks every key that has a value or is indexed.
pub(super) async fn check(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let (mut keys, mut tombstones) = (BTreeSet::new(), BTreeSet::new());
    keys.extend(
        names(inventory, |kind| matches!(kind, Kind::Value(_))).map(|name| name["v:".len()..].to_owned()),
    );
    read(redis, root, INDEXES, |index, pairs| {
        let members = pairs.chunks_exact(2).map(|pair| text(&pair[0]));
        if index == "deleted" { tombstones.extend(members) } else { keys.extend(members) }
    })
    .await?;
    let (there, most) = (tombstones.len(), usize::try_from(STATE_TOMBSTONES).unwrap_or(usize::MAX));
    findings.that(there <= most, Check::State, "deleted", || format!("has {there} keys, not {most}"));
    keys.append(&mut tombstones);
    let keys: Vec<String> = keys.into_iter().collect();
    let mut versions = BTreeMap::new();
    for keys in keys.chunks(KEYS) {
        let mut call = Call::read_only(FUNCTION, root);
        for key in keys {
            call.arg(key.as_str());
        }
        let mut reply = Reader::new(FUNCTION, redis.call(call).await?)?;
        for key in keys {
            let state = State::read(key, reply.array()?)?;
            state.check(findings);
            if let Some(other) = state.changed_at().and_then(|version| versions.insert(version, key.as_str()))
            {
                let subject = format!("v:{key}");
                findings.add(
                    Check::State,
                    subject,
                    format!("has the version of the last change of {other:?}"),
                );
            }
        }
    }
    // Read last: what it was before may be behind a version that was read.
    check_last(redis, root, &versions, findings).await
}

async fn check_last(
    redis: &Redis,
    root: &str,
    versions: &BTreeMap<i64, &str>,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let mut last = 0;
    read(redis, root, ["sv"], |_, line| last = line.first().map_or(0, number)).await?;
    if let Some((version, key)) = versions.last_key_value() {
        findings.that(*version <= last, Check::State, "sv", || {
            format!("is {last}, and {key:?} has version {version}")
        });
    }
    Ok(())
}

/// What is kept of one key.
struct State<'a> {
    key: &'a str,
    /// `<version> <updated_at> <expires_at or 0> <agent or ->`, empty where there is no value.
    line: String,
    /// In the order of [`INDEXES`].
    scores: [Option<i64>; 4],
}

impl<'a> State<'a> {
    fn read(key: &'a str, mut reply: Reader) -> Result<Self, Error> {
        let line = reply.text()?;
        let mut scores = [None; 4];
        for score in &mut scores {
            *score = reply.bytes()?.filter(|score| !score.is_empty()).as_ref().map(number);
        }
        Ok(Self { key, line, scores })
    }

    /// The version of its last change, as indexed.
    const fn changed_at(&self) -> Option<i64> {
        self.scores[0]
    }

    fn check(&self, findings: &mut Findings<'_>) {
        let subject = format!("v:{}", self.key);
        let [version, live, deleted, expiring] = self.scores;
        let mut that = |holds: bool, detail: &str| {
            findings.that(holds, Check::State, &subject, || detail.to_owned());
        };
        if self.line.is_empty() {
            that(live.is_none(), "is listed and has no value");
            that(expiring.is_none(), "is to expire and has no value");
            that(deleted.is_some(), "has no value and is not among the deleted");
            that(deleted.is_none() || version == deleted, "was deleted at another version than is indexed");
            return;
        }
        let Some((own, expires_at)) = head(&self.line) else {
            return findings.add(
                Check::Unreadable,
                subject,
                "the value does not begin with version and times",
            );
        };
        that(live.is_some(), "has a value and is not listed");
        that(deleted.is_none(), "has a value and is among the deleted");
        that(version == Some(own), "has another version than is indexed");
        that(expiring.unwrap_or(0) == expires_at, "expires at another time than is indexed");
    }
}

/// Version and expiry of a value.
fn head(line: &str) -> Option<(i64, i64)> {
    let words: Vec<&str> = line.split(' ').collect();
    let [version, updated_at, expires_at, agent] = words[..] else { return None };
    let number = |word: &str| word.parse::<i64>().ok().filter(|number| *number >= 0);
    number(updated_at)?;
    (!agent.is_empty()).then_some(())?;
    Some((number(version)?, number(expires_at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_begins_with_version_times_and_agent() {
        assert_eq!(head("7 1800 0 -"), Some((7, 0)));
        assert_eq!(head("7 1800 1900 a:1"), Some((7, 1_900)));
        for broken in
            ["", "7", "7 1800 0", "x 1800 0 -", "7 x 0 -", "7 1800 - -", "7 1800 0 ", "7 1800 0 - -"]
        {
            assert_eq!(head(broken), None, "{broken}");
        }
    }
}
