//! No two things share a key, whatever they are called.

use std::collections::BTreeMap;

use proptest::prelude::*;
use waggle_task_queue::keys;
use waggle_task_queue::model::{AgentName, Capability, QueueName, Status, SwarmName, TaskId};

use crate::run::for_any;

/// What a key may belong to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Channel(String),
    Directory,
    Ledger,
    Spec(String, String),
    State(String, String),
    Queue(String, String),
    Ready(String, String, u8),
    Special { swarm: String, queue: String, agent: Option<String>, priority: u8, requires: String },
    Finished(String, &'static str),
}

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
    prop_oneof!["[ab5][ab5:._-]{0,5}", "(a:b|5:a|q:a|r5:a|s:a|wake|swarms|ledger|t|x:failed|default)"]
}

fn thing() -> impl Strategy<Value = Thing> {
    let id = (0_u8..4).prop_map(|n| format!("0193a0de-0000-7000-8000-00000000000{n}"));
    let requires = prop::collection::btree_set("[ab]{1,2}", 0..3)
        .prop_map(|set| set.into_iter().collect::<Vec<_>>().join(","));
    let kind = prop_oneof![
        name().prop_map(Thing::Channel),
        Just(Thing::Directory),
        Just(Thing::Ledger),
        (name(), id.clone()).prop_map(|(swarm, id)| Thing::Spec(swarm, id)),
        (name(), id).prop_map(|(swarm, id)| Thing::State(swarm, id)),
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
    prop_oneof![2 => kind, 1 => special]
}

impl Thing {
    fn swarm(&self) -> &str {
        match self {
            Self::Directory | Self::Ledger => "*",
            Self::Channel(swarm) | Self::Spec(swarm, _) | Self::State(swarm, _) | Self::Queue(swarm, _) => {
                swarm
            }
            Self::Ready(swarm, ..) | Self::Finished(swarm, _) | Self::Special { swarm, .. } => swarm,
        }
    }

    fn key(&self) -> String {
        let swarm = self.swarm().parse::<SwarmName>();
        let root = swarm.as_ref().map_or_else(|_| keys::DIRECTORY_ROOT.to_owned(), keys::root);
        let id = |id: &str| id.parse::<TaskId>().unwrap();
        match self {
            Self::Channel(_) => keys::wake_channel(&swarm.unwrap()),
            Self::Directory => keys::directory(),
            Self::Ledger => keys::ledger(),
            Self::Spec(_, task) => keys::spec(&root, id(task)),
            Self::State(_, task) => keys::state(&root, id(task)),
            Self::Queue(_, queue) => keys::queue(&root, name_of(queue).as_str()),
            Self::Ready(_, queue, priority) => keys::ready(&root, name_of(queue).as_str(), *priority),
            Self::Finished(_, status) => keys::finished(&root, status.parse::<Status>().unwrap()),
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

fn name_of(queue: &str) -> QueueName {
    queue.parse().unwrap()
}
