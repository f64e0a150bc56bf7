//! Which events somebody wants to hear of.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{AgentName, Event, TaskId, event::KINDS};

/// Only events that fit all that is named here.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Of this task.
    pub task: Option<TaskId>,
    /// Of this agent: what it does, what happens to it, what it sends and what is sent to it by name.
    pub agent: Option<AgentName>,
    /// Of these kinds.
    pub kinds: Option<EventKinds>,
}

/// Kinds of events: `task.claimed,agent.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKinds(Vec<&'static str>);

/// A text that names no kinds of events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of event {0:?}: use kinds such as task.completed or task.*, separated by commas")]
pub struct NotAKind(String);

/// Characters of what a caller sent that are given back to him.
const SHOWN: usize = 64;

impl EventFilter {
    /// Whether it lets an event through.
    pub(crate) fn fits(&self, event: &Event) -> bool {
        self.task.is_none_or(|task| event.task == Some(task))
            && self.agent.as_ref().is_none_or(|agent| concerns(event, agent))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.0.contains(&event.kind.as_str()))
    }
}

fn concerns(event: &Event, agent: &AgentName) -> bool {
    let recipient = event.to.as_ref().and_then(|to| to.agent.as_ref());
    [event.agent.as_ref(), event.from.as_ref(), recipient].contains(&Some(agent))
}

impl FromStr for EventKinds {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        let mut kinds = Vec::new();
        for item in text.split(',').map(str::trim) {
            let before = kinds.len();
            kinds.extend(KINDS.iter().filter(|kind| names(item, kind)));
            if kinds.len() == before {
                return Err(NotAKind(item.chars().take(SHOWN).collect()));
            }
        }
        Ok(Self(kinds))
    }
}

/// `task.*` names every kind that begins with `task.`, and `*` every kind.
fn names(item: &str, kind: &str) -> bool {
    match item.strip_suffix('*') {
        Some(start) => (start.is_empty() || start.ends_with('.')) && kind.starts_with(start),
        None => item == kind,
    }
}

impl<'de> Deserialize<'de> for EventKinds {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(line: &str) -> Event {
        Event::of_entry("1-0", &format!("1\n{line}")).unwrap().remove(0)
    }

    #[test]
    fn kinds_are_named_one_by_one_or_by_their_beginning() {
        let kinds: EventKinds = "task.claimed, agent.*".parse().unwrap();
        let filter = EventFilter { kinds: Some(kinds), ..EventFilter::default() };
        assert!(filter.fits(&event("task.claimed")) && filter.fits(&event("agent.lost")));
        assert!(!filter.fits(&event("task.cancelled")) && !filter.fits(&event("state.changed")));
        assert_eq!("*".parse::<EventKinds>().unwrap().0.len(), KINDS.len());
        for typo in ["", "task", "task.", "task.clamed", "tas*", "task.*,", "*.claimed", "Task.*"] {
            assert!(typo.parse::<EventKinds>().is_err(), "{typo:?}");
        }
    }

    #[test]
    fn an_agent_is_concerned_by_what_it_does_sends_and_receives() {
        let filter = EventFilter { agent: Some("a1".parse().unwrap()), ..EventFilter::default() };
        for line in ["agent.lost\taa1", "message.sent\tfa1\toa2", "message.sent\tfa2\toa1"] {
            assert!(filter.fits(&event(line)), "{line}");
        }
        assert!(!filter.fits(&event("agent.lost\taa11")) && !filter.fits(&event("swarm.paused")));
    }
}
