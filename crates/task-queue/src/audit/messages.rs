//! Inboxes, the messages in them, and when they expire.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use waggle_core::{Error, Redis};

use super::{
    Check,
    agents::Agents,
    inventory::Inventory,
    kind::{Kind, canonical},
    pages::{number, read, text},
    report::Findings,
};
use crate::model::TaskId;

/// Stands behind a message's id in an inbox when other inboxes hold the message as well.
const SHARED: char = '*';

/// How many inboxes hold each shared message, as is said.
type Shares = BTreeMap<TaskId, i64>;
/// A message and the agent in whose inbox it is.
type Entry = (TaskId, String);

/// What the inboxes of a swarm hold.
#[derive(Debug, Default)]
struct Inboxes {
    /// With the number that each has.
    entries: BTreeMap<Entry, i64>,
    /// In how many inboxes each message is, and in how many of them it is marked as shared.
    held: BTreeMap<TaskId, (i64, i64)>,
}

/// Checks the inboxes. Each finding names one message: on a live swarm another one in each pass.
pub(super) async fn check(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    agents: &Agents,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let before = shares(redis, root, inventory).await?;
    let inboxes = Inboxes::read(redis, root, inventory, findings).await?;
    let mail = mail(redis, root, findings).await?;
    let mut still = shares(redis, root, inventory).await?;
    still.retain(|id, count| before.get(id) == Some(count));
    inboxes.check_mail(&mail, findings);
    inboxes.check_numbers(agents, findings);
    inboxes.check_messages(inventory, findings);
    inboxes.check_shares(&still, inventory, findings);
    Ok(())
}

/// Names of keys of a kind.
pub(super) fn names<'a>(
    inventory: &'a Inventory,
    is: impl Fn(Kind<'_>) -> bool + 'a,
) -> impl Iterator<Item = &'a str> + 'a {
    inventory.names.iter().map(String::as_str).filter(move |name| Kind::of(name).is_some_and(&is))
}

async fn shares(redis: &Redis, root: &str, inventory: &Inventory) -> Result<Shares, Error> {
    let mut shares = Shares::new();
    read(redis, root, names(inventory, |kind| matches!(kind, Kind::Shares(_))), |name, line| {
        // One that is gone since it was met is read as nothing.
        if let (Some(Kind::Shares(id)), Some(count)) = (Kind::of(name), line.first()) {
            shares.insert(id, number(count));
        }
    })
    .await?;
    Ok(shares)
}

/// What has a time at which it expires.
async fn mail(redis: &Redis, root: &str, findings: &mut Findings<'_>) -> Result<BTreeSet<Entry>, Error> {
    let mut mail = BTreeSet::new();
    read(redis, root, ["mail"], |_, pairs| {
        for member in pairs.chunks_exact(2).map(|pair| text(&pair[0])) {
            match member.split_once(' ').and_then(|(id, agent)| Some((canonical(id)?, agent.to_owned()))) {
                Some(entry) => drop(mail.insert(entry)),
                None => findings.add(Check::Dangling, format!("mail {member}"), "is no message of an inbox"),
            }
        }
    })
    .await?;
    Ok(mail)
}

impl Inboxes {
    async fn read(
        redis: &Redis,
        root: &str,
        inventory: &Inventory,
        findings: &mut Findings<'_>,
    ) -> Result<Self, Error> {
        let mut inboxes = Self::default();
        read(redis, root, names(inventory, |kind| matches!(kind, Kind::Inbox(_))), |name, pairs| {
            for pair in pairs.chunks_exact(2) {
                inboxes.note(name, &pair[0], number(&pair[1]), findings);
            }
        })
        .await?;
        Ok(inboxes)
    }

    fn note(&mut self, name: &str, member: &Bytes, seq: i64, findings: &mut Findings<'_>) {
        let (agent, member) = (&name["n:".len()..], text(member));
        let Some(id) = canonical(member.trim_end_matches(SHARED)) else {
            return findings.add(Check::Dangling, format!("{name} {member}"), "is no message");
        };
        // A page may repeat what slid into it from the one before.
        if self.entries.insert((id, agent.to_owned()), seq).is_none() {
            let held = self.held.entry(id).or_default();
            held.0 += 1;
            held.1 += i64::from(member.ends_with(SHARED));
        }
    }

    fn check_mail(&self, mail: &BTreeSet<Entry>, findings: &mut Findings<'_>) {
        for entry in self.entries.keys().filter(|entry| !mail.contains(*entry)) {
            findings.add(Check::Mail, format!("n:{} {}", entry.1, entry.0), "never expires");
        }
        for entry in mail.iter().filter(|entry| !self.entries.contains_key(*entry)) {
            findings.add(Check::Mail, format!("mail {} {}", entry.0, entry.1), "is in no such inbox");
        }
    }

    fn check_numbers(&self, agents: &Agents, findings: &mut Findings<'_>) {
        let mut taken = BTreeSet::new();
        for ((id, agent), seq) in &self.entries {
            let subject = format!("n:{agent} {id}");
            let last = agents.registered.get(agent).copied();
            findings.that(taken.insert((agent, seq)), Check::Inbox, &subject, || {
                format!("has number {seq}, as another message has")
            });
            findings.that(*seq > 0 && last.is_none_or(|last| *seq <= last), Check::Inbox, &subject, || {
                format!("has number {seq}, and the last one given is {last:?}")
            });
        }
    }

    fn check_messages(&self, inventory: &Inventory, findings: &mut Findings<'_>) {
        for (id, agent) in self.entries.keys() {
            let there = inventory.names.contains(&format!("m:{id}"));
            findings.that(there, Check::Dangling, &format!("n:{agent} {id}"), || {
                "the message does not exist".to_owned()
            });
        }
        for name in names(inventory, |kind| matches!(kind, Kind::Message(_) | Kind::Shares(_))) {
            let Some(Kind::Message(id) | Kind::Shares(id)) = Kind::of(name) else { continue };
            findings.that(self.held.contains_key(&id), Check::Orphan, name, || {
                "no inbox holds the message".to_owned()
            });
        }
    }

    /// Compares with the counts that stood still.
    fn check_shares(&self, still: &Shares, inventory: &Inventory, findings: &mut Findings<'_>) {
        for (id, (held, marked)) in &self.held {
            let subject = format!("mc:{id}");
            if let Some(count) = still.get(id) {
                findings.that(count == held && marked == held, Check::Shares, &subject, || {
                    format!("is {count}; {held} inboxes hold the message, in {marked} it is marked as shared")
                });
            } else if !inventory.names.contains(&subject) {
                findings.that(*held == 1 && *marked == 0, Check::Shares, &subject, || {
                    format!(
                        "is not there; {held} inboxes hold the message, in {marked} it is marked as shared"
                    )
                });
            }
        }
    }
}
