//! Agents: where they are named, and what they hold.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use waggle_core::{Call, Error, Redis};

use super::{
    Check,
    inventory::Inventory,
    kind::{Kind, Roll},
    pages::{number, read, text},
    report::Findings,
};
use crate::{library::function, limits::FORMER_AGENTS, limits::INBOX_MESSAGES_MAX, store::Reader};

const FUNCTION: &str = function!("audit_agents");
/// Agents a call reads.
const AGENTS: usize = 100;
/// Fields of an agent's record that are numbers, and whether each record has it.
const NUMBERS: [(&str, bool); 16] = [
    ("ca", true),
    ("tt", true),
    ("ra", true),
    ("ls", true),
    ("xp", true),
    ("il", true),
    ("ok", false),
    ("ko", false),
    ("ex", false),
    ("ms", false),
    ("sq", false),
    ("dr", false),
    ("lo", false),
    ("ut", false),
    ("uu", false),
    ("uw", false),
];
/// Fields of an agent's record that are texts.
const TEXTS: [&str; 2] = ["cb", "md"];

/// Agents as they were found.
#[derive(Debug, Default)]
pub(super) struct Agents {
    /// The last number of the inbox of each one that is registered.
    pub(super) registered: BTreeMap<String, i64>,
}

impl Agents {
    /// Reads every agent that anything is kept for, and checks it.
    pub(super) async fn check(
        redis: &Redis,
        root: &str,
        inventory: &Inventory,
        findings: &mut Findings<'_>,
    ) -> Result<Self, Error> {
        let mut agents = Self::default();
        let names: Vec<String> = names(redis, root, inventory, findings).await?.into_iter().collect();
        for names in names.chunks(AGENTS) {
            let mut call = Call::read_only(FUNCTION, root);
            for name in names {
                call.arg(name.as_str());
            }
            let mut reply = Reader::new(FUNCTION, redis.call(call).await?)?;
            for name in names {
                let agent = Agent::read(name, reply.array()?)?;
                agent.check(inventory, findings);
                if agent.is_registered() {
                    agents.registered.insert(name.clone(), agent.number("sq").unwrap_or(0));
                }
            }
        }
        Ok(agents)
    }
}

/// Names of agents, wherever one is said.
async fn names(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    findings: &mut Findings<'_>,
) -> Result<BTreeSet<String>, Error> {
    let mut names: BTreeSet<String> = inventory.names.iter().filter_map(|name| owner_of(name)).collect();
    let mut former = 0;
    read(redis, root, ["agents", "alive", "draining", "absent", "former"], |roll, elements| {
        match Kind::of(roll) {
            Some(Kind::Draining) => names.extend(elements.iter().map(text)),
            // Who is no more has nothing that could be looked at.
            Some(Kind::Agents(Roll::Former)) => former += elements.len() / 2,
            _ => names.extend(elements.chunks_exact(2).map(|pair| text(&pair[0]))),
        }
    })
    .await?;
    let most = usize::try_from(FORMER_AGENTS).unwrap_or(usize::MAX);
    findings.that(former <= most, Check::Agents, "former", || format!("has {former} names, not {most}"));
    Ok(names)
}

fn owner_of(name: &str) -> Option<String> {
    let (Kind::Agent(agent)
    | Kind::Holds(agent)
    | Kind::Topics(agent)
    | Kind::Inbox(agent)
    | Kind::Adoption(agent)) = Kind::of(name)?
    else {
        return None;
    };
    Some(agent.to_owned())
}

/// What is kept of one name.
struct Agent<'a> {
    name: &'a str,
    /// Letters of the lists it is named in.
    named: String,
    /// The end of its presence, as indexed.
    alive: Option<i64>,
    messages: i64,
    not_held: Vec<String>,
    record: BTreeMap<String, Bytes>,
}

impl<'a> Agent<'a> {
    fn read(name: &'a str, mut reply: Reader) -> Result<Self, Error> {
        let (named, alive, messages) = (reply.text()?, reply.text()?, reply.integer()?);
        let (mut wrong, mut not_held, mut record) = (reply.array()?, Vec::new(), BTreeMap::new());
        while wrong.remaining() > 0 {
            not_held.push(wrong.text()?);
        }
        while reply.remaining() > 1 {
            let field = reply.text()?;
            record.insert(field, reply.bytes()?.unwrap_or_default());
        }
        Ok(Self { name, named, alive: alive.parse().ok(), messages, not_held, record })
    }

    fn is_registered(&self) -> bool {
        !self.record.is_empty()
    }

    fn number(&self, field: &str) -> Option<i64> {
        self.record.get(field).map(number)
    }

    fn check(&self, inventory: &Inventory, findings: &mut Findings<'_>) {
        for id in &self.not_held {
            let subject = format!("h:{} {id}", self.name);
            findings.add(Check::Held, subject, "is no running task of this agent");
        }
        let most = i64::try_from(INBOX_MESSAGES_MAX).unwrap_or(i64::MAX);
        findings.that(self.messages <= most, Check::Inbox, &format!("n:{}", self.name), || {
            format!("holds {} messages", self.messages)
        });
        if self.is_registered() {
            self.check_rolls(findings);
            self.check_record(findings);
            return;
        }
        for key in ["h", "n", "u"].map(|prefix| format!("{prefix}:{}", self.name)) {
            findings.that(!inventory.names.contains(&key), Check::Orphan, &key, || {
                "its agent is not registered".to_owned()
            });
        }
        let adopted = format!("w:{}", self.name);
        let cared_for = !self.named.contains('f') || self.named.contains('l');
        findings.that(cared_for || !inventory.names.contains(&adopted), Check::Agents, &adopted, || {
            "its agent is no more, and nobody looks after what is pinned to it".to_owned()
        });
        let named = self.named.contains(['a', 'd']) || self.alive.is_some();
        findings.that(!named, Check::Agents, &format!("a:{}", self.name), || {
            "is named among the agents and has no record".to_owned()
        });
    }

    fn check_rolls(&self, findings: &mut Findings<'_>) {
        let subject = format!("a:{}", self.name);
        let mut that = |holds: bool, detail: &str| {
            findings.that(holds, Check::Agents, &subject, || detail.to_owned());
        };
        let lost = self.number("lo") == Some(1);
        let drains = self.number("dr") == Some(1);
        that(self.named.contains('a'), "is not in the list of agents");
        that(!self.named.contains('f'), "is registered and said to be no more");
        that(
            self.alive.is_some() != lost,
            "is among those that are present though lost, or is not though present",
        );
        that(!lost || self.named.contains('l'), "is lost, and nobody looks after what it left");
        that(lost || self.alive == self.number("xp"), "its presence ends at another time than is indexed");
        that(
            self.named.contains('d') == (drains && !lost),
            "is among those that drain and does not, or the other way",
        );
    }

    fn check_record(&self, findings: &mut Findings<'_>) {
        for (field, needed) in NUMBERS {
            let known = self.number(field).map_or(!needed, |number| number >= 0);
            findings.that(known, Check::Unreadable, &format!("a:{}", self.name), || {
                format!("{field} is not the number it should be")
            });
        }
        let known =
            |field: &String| TEXTS.contains(&field.as_str()) || NUMBERS.iter().any(|(name, _)| name == field);
        for field in self.record.keys().filter(|field| !known(field)) {
            findings.add(Check::UnknownField, format!("a:{} {field}", self.name), "nothing writes it");
        }
    }
}
