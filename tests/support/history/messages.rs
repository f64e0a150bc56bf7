//! What must be true of messages. A body is `sender/number`, and a sender's numbers rise.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::invariants::{ok, replayed_of_nothing};
use super::{Event, Op, Outcome};

/// Each message that was acknowledged came to the agent it was for, and to nobody else; none came under two numbers, and
/// those of one sender came in their order.
pub(super) fn delivered(events: &[Event], _: &[Value]) -> Vec<String> {
    let mut found = replayed_of_nothing(events, Op::Send);
    let sent = |event: &&Event| event.op == Op::Send && event.outcome != Outcome::Rejected;
    let to: HashMap<_, _> =
        events.iter().filter(sent).map(|event| (event.key.as_str(), event.agent.as_str())).collect();
    let mut came: HashSet<(&str, &str)> = HashSet::new();
    let mut numbers: HashMap<&str, u64> = HashMap::new();
    let mut received: Vec<_> = ok(events, Op::Receive).collect();
    received.sort_by_key(|event| (&event.agent, event.fence));
    let mut last: HashMap<(&str, &str), u64> = HashMap::new();
    for event in received {
        let (key, agent) = (event.key.as_str(), event.agent.as_str());
        if to.get(key) != Some(&agent) {
            found.push(format!("message {key} came to {agent}, it was for {:?}", to.get(key)));
        }
        if *numbers.entry(key).or_insert(event.fence) != event.fence {
            found.push(format!("message {key} came to {agent} as {} and as {}", numbers[key], event.fence));
        }
        if !came.insert((key, agent)) {
            continue;
        }
        let Some((sender, number)) = key.split_once('/') else { continue };
        let number = number.parse().unwrap_or_default();
        if let Some(before) = last.insert((sender, agent), number).filter(|before| *before > number) {
            found.push(format!("message {key} came to {agent} after {sender}/{before}"));
        }
    }
    let lost =
        ok(events, Op::Send).filter(|event| !came.contains(&(event.key.as_str(), event.agent.as_str())));
    found.extend(lost.map(|event| format!("message {} never came to {}", event.key, event.agent)));
    found
}
