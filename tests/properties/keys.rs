//! No two things share a key, whatever they are called.

use std::collections::BTreeMap;

use proptest::prelude::*;
use waggle_task_queue::keys;
use waggle_task_queue::model::{
    AgentName, Capability, MessageId, QueueName, StateKey, Status, SwarmName, TaskId,
};

use crate::run::for_any;

/// What a key may belong to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Channel(String),
    Directory,
    Leaving,
    Ledger,
    Spec(String, String),
    State(String, String),
    Queue(String, String),
    Ready(String, String, u8),
    Special {
        swarm: String,
        queue: String,
        agent: Option<String>,
        priority: u8,
        requires: String,
    },
    Finished(String, &'static str),
    /// What a swarm has once.
    Single(String, &'static str),
    /// What belongs to a queue, an agent, a topic, a pool or a digest.
    Named(String, Named, String),
    /// What belongs to a task or a message.
    Numbered(String, Numbered, String),
    ClaimId {
        swarm: String,
        agent: String,
        digest: String,
    },
    Value(String, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Specials,
    Pinned,
    Memory,
    Agent,
    HeldBy,
    Adoption,
    Inbox,
    Subscriptions,
    Subscribers,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Numbered {
    Outcome,
    Progress,
    Message,
    Sharers,
}

const NAMED: [Named; 9] = [
    Named::Specials,
    Named::Pinned,
    Named::Memory,
    Named::Agent,
    Named::HeldBy,
    Named::Adoption,
    Named::Inbox,
    Named::Subscriptions,
    Named::Subscribers,
];
const NUMBERED: [Numbered; 4] = [Numbered::Outcome, Numbered::Progress, Numbered::Message, Numbered::Sharers];

/// Fault: name-reaches-out
#[test]
fn two_things_never_share_a_key_and_every_key_carries_the_tag_of_its_swarm() {
    for_any(2_000, &prop::collection::vec(thing(), 2..24), |things| {
        let mut owners: BTreeMap<String, &Thing> = BTreeMap::new();
        for thing in &things {
            let key = thing.key();
            let tag = &key[key.find('{').unwrap() + 1..key.find('}').unwrap()];
            prop_assert_eq!(tag, thing.swarm());
            let owner = owners.entry(key.clone()).or_insert(thing);
            prop_assert_eq!(*owner, thing, "both are kept in {}", key);
        }
        Ok(())
    });
}

/// Fault: name-reaches-out
#[test]
fn a_text_that_could_reach_into_another_key_is_no_name() {
    for_any(2_000, &"[A-Za-z0-9._:@/{}*? \r\n\0-]{0,12}|\\PC{0,8}", |text| {
        let inside = |c: char| c.is_ascii_alphanumeric() || "._:-".contains(c);
        let begins = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        prop_assert_eq!(text.parse::<SwarmName>().is_ok(), begins && text.chars().all(inside), "{:?}", text);
        prop_assert_eq!(text.parse::<QueueName>().is_ok(), text.parse::<AgentName>().is_ok());
        Ok(())
    });
}

/// Names out of few letters, so that they meet often: with and without what looks like a part of another key.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab5][ab5:._-]{0,5}",
        "(a:b|5:a|q:a|r5:a|s:a|wake|swarms|ledger|t|x:failed|default|mail|n:a|mc:a)"
    ]
}

/// Keys of the state: names, and texts that no name can be.
fn state_key() -> impl Strategy<Value = String> {
    prop_oneof![name(), "[ab:/@{}* é]{1,6}", Just("}:swarm".to_owned()), Just("a/b".to_owned())]
}

fn thing() -> impl Strategy<Value = Thing> {
    let id = (0_u8..4).prop_map(|n| format!("0193a0de-0000-7000-8000-00000000000{n}"));
    let requires = prop::collection::btree_set("[ab]{1,2}", 0..3)
        .prop_map(|set| set.into_iter().collect::<Vec<_>>().join(","));
    let kind = prop_oneof![
        name().prop_map(Thing::Channel),
        Just(Thing::Directory),
        Just(Thing::Leaving),
        Just(Thing::Ledger),
        (name(), id.clone()).prop_map(|(swarm, id)| Thing::Spec(swarm, id)),
        (name(), id.clone()).prop_map(|(swarm, id)| Thing::State(swarm, id)),
        (name(), name()).prop_map(|(swarm, queue)| Thing::Queue(swarm, queue)),
        (name(), name(), 0_u8..10).prop_map(|(swarm, queue, priority)| Thing::Ready(swarm, queue, priority)),
        (name(), prop::sample::select(vec!["completed", "failed", "cancelled"]))
            .prop_map(|(swarm, status)| Thing::Finished(swarm, status)),
    ];
    let special = (name(), name(), prop::option::of(name()), 0_u8..10, requires).prop_map(
        |(swarm, queue, agent, priority, requires)| Thing::Special {
            swarm,
            queue,
            agent,
            priority,
            requires,
        },
    );
    let single = (name(), prop::sample::select(keys::SINGLES.to_vec()))
        .prop_map(|(swarm, single)| Thing::Single(swarm, single));
    let named = (name(), prop::sample::select(NAMED.to_vec()), name())
        .prop_map(|(swarm, kind, name)| Thing::Named(swarm, kind, name));
    let numbered = (name(), prop::sample::select(NUMBERED.to_vec()), id)
        .prop_map(|(swarm, kind, id)| Thing::Numbered(swarm, kind, id));
    let claim_id = (name(), name(), "[0-9a-b]{1,3}").prop_map(|(swarm, agent, digest)| Thing::ClaimId {
        swarm,
        agent,
        digest,
    });
    let value = (name(), state_key()).prop_map(|(swarm, key)| Thing::Value(swarm, key));
    let others = prop_oneof![single, named, numbered, claim_id, value];
    prop_oneof![2 => kind, 1 => special, 3 => others]
}

impl Thing {
    fn swarm(&self) -> &str {
        match self {
            Self::Directory | Self::Leaving | Self::Ledger => "*",
            Self::Channel(swarm) | Self::Spec(swarm, _) | Self::State(swarm, _) | Self::Queue(swarm, _) => {
                swarm
            }
            Self::Ready(swarm, ..) | Self::Finished(swarm, _) | Self::Special { swarm, .. } => swarm,
            Self::Single(swarm, _) | Self::Named(swarm, ..) | Self::Numbered(swarm, ..) => swarm,
            Self::ClaimId { swarm, .. } | Self::Value(swarm, _) => swarm,
        }
    }

    fn key(&self) -> String {
        let swarm = self.swarm().parse::<SwarmName>();
        let root = swarm.as_ref().map_or_else(|_| keys::DIRECTORY_ROOT.to_owned(), keys::root);
        let id = |id: &str| id.parse::<TaskId>().unwrap();
        match self {
            Self::Channel(_) => keys::wake_channel(&swarm.unwrap()),
            Self::Directory => keys::directory(),
            Self::Leaving => keys::leaving(),
            Self::Ledger => keys::ledger(),
            Self::Spec(_, task) => keys::spec(&root, id(task)),
            Self::State(_, task) => keys::state(&root, id(task)),
            Self::Queue(_, queue) => keys::queue(&root, name_of(queue).as_str()),
            Self::Ready(_, queue, priority) => keys::ready(&root, name_of(queue).as_str(), *priority),
            Self::Finished(_, status) => keys::finished(&root, status.parse::<Status>().unwrap()),
            Self::Single(_, name) => format!("{root}{name}"),
            Self::Named(_, kind, name) => kind.key(&root, name_of(name).as_str()),
            Self::Numbered(_, kind, text) => kind.key(&root, id(text), text.parse().unwrap()),
            Self::ClaimId { agent, digest, .. } => {
                keys::claim_id(&root, agent.parse::<AgentName>().unwrap().as_str(), digest)
            }
            Self::Value(_, key) => keys::value(&root, &key.parse::<StateKey>().unwrap()),
            Self::Special { queue, agent, priority, requires, .. } => {
                let queue = name_of(queue);
                let pool =
                    agent.as_ref().map_or_else(|| queue.to_string(), |agent| format!("{queue}@{agent}"));
                assert!(
                    requires.split(',').all(|word| word.is_empty() || word.parse::<Capability>().is_ok())
                );
                keys::special(&root, &pool, &format!("{priority}/{requires}"))
            }
        }
    }
}

impl Named {
    fn key(self, root: &str, name: &str) -> String {
        match self {
            Self::Specials => keys::specials(root, name),
            Self::Pinned => keys::pinned(root, name),
            Self::Memory => keys::memory(root, name),
            Self::Agent => keys::agent(root, name),
            Self::HeldBy => keys::held_by(root, name),
            Self::Adoption => keys::adoption(root, name),
            Self::Inbox => keys::inbox(root, name),
            Self::Subscriptions => keys::subscriptions(root, name),
            Self::Subscribers => keys::subscribers(root, name),
        }
    }
}

impl Numbered {
    fn key(self, root: &str, task: TaskId, message: MessageId) -> String {
        match self {
            Self::Outcome => keys::outcome(root, task),
            Self::Progress => keys::progress(root, task),
            Self::Message => keys::message(root, message),
            Self::Sharers => keys::sharers(root, message),
        }
    }
}

fn name_of(queue: &str) -> QueueName {
    queue.parse().unwrap()
}
