//! What has happened in a swarm: `lua/parts/event.lua` writes it.

use serde::Serialize;

use super::{AgentName, EventId, MessageId, QueueName, ScheduleName, Stamp, Status, TaskId, To};

/// One change. A field that does not apply is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Event {
    /// Its place in the swarm's history.
    #[schema(value_type = String, example = "1767225600000-0.0")]
    pub id: EventId,
    /// What happened, such as `task.completed`.
    pub kind: String,
    /// When.
    pub at: Stamp,
    /// The task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The task's queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Who did it, or to whom it happened; of a task its holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    /// Where the task stands since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The number of the attempt that began or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The id of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// Who sent the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<AgentName>,
    /// Whom the message was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<To>,
    /// The key of the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The key's version since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleName>,
    /// Whether the key is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
}

/// Every kind of event.
pub(crate) const KINDS: &[&str] = &[
    "task.submitted",
    "task.ready",
    "task.claimed",
    "task.completed",
    "task.failed",
    "task.retried",
    "task.released",
    "task.expired",
    "task.timed_out",
    "task.overdue",
    "task.cancelled",
    "task.cancel_requested",
    "task.assigned",
    "task.input_requested",
    "task.input_given",
    "task.deleted",
    "queue.changed",
    "agent.registered",
    "agent.returned",
    "agent.lost",
    "agent.draining",
    "agent.resumed",
    "agent.changed",
    "agent.removed",
    "message.sent",
    "state.changed",
    "schedule.changed",
    "schedule.removed",
    "schedule.fired",
    "schedule.skipped",
    "swarm.paused",
    "swarm.resumed",
    "swarm.changed",
    "swarm.restored",
];

impl Event {
    /// The changes of an entry of the stream, in their order; nothing where it is not one that was written here.
    pub(crate) fn of_entry(entry: &str, text: &str) -> Option<Vec<Self>> {
        let (at, lines) = text.split_once('\n')?;
        let at = Stamp(at.parse().ok()?);
        let lines = lines.split('\n').enumerate();
        lines.map(|(line, text)| Self::of_line(EventId::in_entry(entry, line).ok()?, at, text)).collect()
    }

    fn of_line(id: EventId, at: Stamp, line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut event = Self::bare(id, at, fields.next()?);
        for field in fields {
            let (letter, value) = field.split_at_checked(1)?;
            event.set(letter, value)?;
        }
        Some(event)
    }

    /// A field of a letter that this version does not know is left out: a newer one may write it.
    fn set(&mut self, letter: &str, value: &str) -> Option<()> {
        match letter {
            "t" => self.task = Some(value.parse().ok()?),
            "q" => self.queue = Some(value.parse().ok()?),
            "a" => self.agent = Some(value.parse().ok()?),
            "s" => self.status = Some(value.parse().ok()?),
            "n" => self.attempt = Some(value.parse().ok()?),
            "m" => self.message = Some(value.parse().ok()?),
            "f" => self.from = Some(value.parse().ok()?),
            "o" => self.to = Some(recipient(value)?),
            "k" => self.key = Some(value.to_owned()),
            "v" => self.version = Some(value.parse().ok()?),
            "c" => self.schedule = Some(value.parse().ok()?),
            "d" => self.deleted = Some(value == "1"),
            _ => {}
        }
        Some(())
    }

    fn bare(id: EventId, at: Stamp, kind: &str) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            at,
            task: None,
            queue: None,
            agent: None,
            status: None,
            attempt: None,
            message: None,
            from: None,
            to: None,
            key: None,
            version: None,
            schedule: None,
            deleted: None,
        }
    }
}

/// `*` for the swarm, `#` and a topic, or an agent: see `lua/parts/send.lua`.
fn recipient(text: &str) -> Option<To> {
    let mut to = To::default();
    if text == "*" {
        to.swarm = Some(true);
    } else if let Some(topic) = text.strip_prefix('#') {
        to.topic = Some(topic.parse().ok()?);
    } else {
        to.agent = Some(text.parse().ok()?);
    }
    Some(to)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const TASK: &str = "01a205aa-cb6a-75fc-94de-ef603ee1f01a";

    fn json(entry: &str, text: &str) -> serde_json::Value {
        serde_json::to_value(Event::of_entry(entry, text).unwrap()).unwrap()
    }

    #[test]
    fn the_changes_of_an_entry_are_events_in_their_order() {
        let text = format!(
            "1700000000007\ntask.submitted\tt{TASK}\tqdefault\tsready\tn0\ntask.claimed\tt{TASK}\tqdefault\tsrunning\tn1\taa1"
        );
        assert_eq!(
            json("1700000000001-4", &text),
            serde_json::json!([
                {
                    "id": "1700000000001-4.0", "kind": "task.submitted", "at": "2023-11-14T22:13:20.007Z",
                    "task": TASK, "queue": "default", "status": "ready", "attempt": 0,
                },
                {
                    "id": "1700000000001-4.1", "kind": "task.claimed", "at": "2023-11-14T22:13:20.007Z",
                    "task": TASK, "queue": "default", "agent": "a1", "status": "running", "attempt": 1,
                },
            ])
        );
    }

    #[test]
    fn messages_and_keys_have_their_fields() {
        let text = format!(
            "5\nmessage.sent\tm{TASK}\tfa1\toa2\nmessage.sent\to#news\nmessage.sent\to*\n\
             state.changed\tkplan/ä b\tv7\td1\tz9\nswarm.paused"
        );
        let events = json("5-0", &text);
        assert_eq!((&events[0]["message"], &events[0]["from"]), (&TASK.into(), &"a1".into()));
        let to = ["agent", "topic", "swarm"].map(|kind| {
            let at = events.as_array().unwrap().iter().position(|event| event["to"].get(kind).is_some());
            (at, at.map(|at| events[at]["to"][kind].clone()))
        });
        assert_eq!(
            to,
            [(Some(0), Some("a2".into())), (Some(1), Some("news".into())), (Some(2), Some(true.into()))]
        );
        assert_eq!(events[3]["key"], "plan/ä b");
        assert_eq!((&events[3]["version"], &events[3]["deleted"]), (&7.into(), &true.into()));
        assert_eq!(events[4].as_object().unwrap().len(), 3, "fields that do not apply are absent");
    }

    #[test]
    fn what_was_not_written_here_is_no_entry() {
        for text in ["", "5", "x\ntask.ready", "5\ntask.ready\ttx", "5\nstate.changed\tk\tvx", "5\na\tä"] {
            assert!(Event::of_entry("5-0", text).is_none(), "{text:?}");
        }
        assert!(Event::of_entry("5", "5\ntask.ready").is_none());
    }

    #[test]
    fn every_kind_that_is_written_is_known_and_the_other_way_round() {
        let library = crate::library();
        let written: BTreeSet<_> = library.source.split('\'').filter_map(kind).collect();
        assert_eq!(written, KINDS.iter().copied().collect());
    }

    /// The kind at the start of a piece of Lua's text.
    fn kind(text: &str) -> Option<&str> {
        let kind = text.split("\\t").next()?;
        let areas = ["task.", "queue.", "agent.", "message.", "state.", "schedule.", "swarm."];
        let is_word = kind.bytes().all(|byte| byte.is_ascii_lowercase() || b"._".contains(&byte));
        (is_word && areas.iter().any(|area| kind.starts_with(area))).then_some(kind)
    }
}
