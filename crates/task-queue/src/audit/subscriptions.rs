//! Who subscribes to what: said once by agent and once by topic.

use std::collections::BTreeSet;

use waggle_core::{Error, Redis};

use super::{
    Check,
    agents::Agents,
    inventory::Inventory,
    kind::Kind,
    messages::names,
    pages::{read, text},
    report::Findings,
};

/// Compares both sides.
pub(super) async fn check(
    redis: &Redis,
    root: &str,
    inventory: &Inventory,
    agents: &Agents,
    findings: &mut Findings<'_>,
) -> Result<(), Error> {
    let [mut by_agent, mut by_topic] = [BTreeSet::new(), BTreeSet::new()];
    let sides = names(inventory, |kind| matches!(kind, Kind::Topics(_) | Kind::Subscribers(_)));
    read(redis, root, sides, |name, members| {
        for member in members.iter().map(text) {
            match Kind::of(name) {
                Some(Kind::Topics(agent)) => drop(by_agent.insert((agent.to_owned(), member))),
                Some(Kind::Subscribers(topic)) => drop(by_topic.insert((member, topic.to_owned()))),
                _ => {}
            }
        }
    })
    .await?;
    for (agent, topic) in by_agent.difference(&by_topic) {
        findings.add(Check::Subscriptions, format!("u:{agent} {topic}"), "the topic does not name the agent");
    }
    for (agent, topic) in by_topic.difference(&by_agent) {
        findings.add(Check::Subscriptions, format!("f:{topic} {agent}"), "the agent does not name the topic");
    }
    for (agent, topic) in by_topic.iter().filter(|(agent, _)| !agents.registered.contains_key(agent)) {
        findings.add(Check::Subscriptions, format!("f:{topic} {agent}"), "the agent is not registered");
    }
    Ok(())
}
