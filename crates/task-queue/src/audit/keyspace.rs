//! The keys of all swarms.

use std::collections::BTreeMap;

use waggle_core::{Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    report::{Finding, Findings},
};
use crate::{
    migrate::{Key, Walk},
    model::SwarmName,
};

/// The tag of the directory, which is no swarm.
const DIRECTORY: &str = "*";
/// The keys of the directory, and their types.
const DIRECTORY_KEYS: [(&str, &str); 6] = [
    ("swarms", "zset"),
    ("leaving", "hash"),
    ("ledger", "hash"),
    ("fleet", "zset"),
    ("tokens", "hash"),
    ("tokenversion", "string"),
];
/// The lists that each server keeps for a while, by what their names begin with.
const LISTS_OF_SERVERS: [&str; 2] = ["slots:", "samples:"];

/// Keys by swarm.
#[derive(Debug, Default)]
pub(super) struct Keyspace {
    pub(super) swarms: BTreeMap<String, Inventory>,
    /// Keys that belong to no swarm.
    pub(super) others: usize,
}

impl Keyspace {
    pub(super) async fn walk(
        &mut self,
        redis: &Redis,
        mut walk: Walk,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        while let Some(keys) = walk.keys(redis).await? {
            for key in &keys {
                self.note(key, findings);
            }
        }
        Ok(())
    }

    fn note(&mut self, key: &Key, findings: &mut Vec<Finding>) {
        match tag_and_name(&key.name) {
            Some((DIRECTORY, name)) => {
                self.others += 1;
                note_of_directory(name, key, &mut Findings::of(DIRECTORY, findings));
            }
            Some((swarm, name)) if swarm.parse::<SwarmName>().is_ok() => {
                let inventory = self.swarms.entry(swarm.to_owned()).or_default();
                inventory.note(name, key, &mut Findings::of(swarm, findings));
            }
            _ => {
                self.others += 1;
                Findings::of("", findings).add(Check::UntaggedKey, key.name.as_str(), "belongs to no swarm");
            }
        }
    }
}

fn note_of_directory(name: &str, key: &Key, findings: &mut Findings<'_>) {
    if LISTS_OF_SERVERS.iter().any(|list| name.starts_with(list)) {
        return note_of_server(name, key, findings);
    }
    let Some((_, kind)) = DIRECTORY_KEYS.iter().find(|(known, _)| *known == name) else {
        return findings.add(
            Check::UnknownKey,
            name,
            format!("a {} that this version does not write", key.kind),
        );
    };
    findings.that(key.kind == *kind, Check::WrongType, name, || format!("is a {}, not a {kind}", key.kind));
    if let Some(left) = key.expires_in {
        findings.add(Check::Expires, name, format!("is lost in {left} ms"));
    }
}

fn note_of_server(name: &str, key: &Key, findings: &mut Findings<'_>) {
    findings.that(key.kind == "list", Check::WrongType, name, || format!("is a {}, not a list", key.kind));
    findings.that(key.expires_in.is_some(), Check::NeverExpires, name, || "is kept for ever".to_owned());
}

/// `wg:{tag}:name`.
fn tag_and_name(key: &str) -> Option<(&str, &str)> {
    key.strip_prefix("wg:{")?.split_once("}:")
}
