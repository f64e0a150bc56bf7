//! Messages between agents.

use serde::{Deserialize, Serialize};

use super::{AgentName, Invalid, Json, MessageId, Stamp, Text, TopicName, invalid::Check};
use crate::limits::{
    ACK_IDS, COUNT_MAX, MESSAGE_BYTES, MESSAGE_TTL_MS_DEFAULT, PAGE_DEFAULT, PAGE_MAX, TTL_MS_MAX, TTL_MS_MIN,
};

/// A message to be sent.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Who sends it.
    pub from: AgentName,
    /// Whom it is for.
    #[serde(deserialize_with = "super::object::object")]
    pub to: To,
    /// What kind of message it is; free text of 1 to 256 bytes.
    #[serde(default)]
    pub kind: Option<Text>,
    /// What it says: any JSON of at most 1 MiB.
    #[serde(default)]
    pub body: Option<Json>,
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<MessageId>,
    /// What several messages have in common; free text of 1 to 256 bytes.
    #[serde(default)]
    pub correlation_id: Option<Text>,
    /// How long it is kept for those who do not acknowledge it, in milliseconds, 1,000 to 31,622,400,000; one day when
    /// null.
    #[serde(default)]
    pub ttl_ms: Option<u64>,
}

/// Whom a message is for: exactly one of the three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct To {
    /// One agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    /// All agents that subscribe to a topic, but for the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<TopicName>,
    /// `true`: all agents of the swarm, but for the sender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swarm: Option<bool>,
}

impl NewMessage {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(self.to.named() == 1, "/to", || "exactly one of agent, topic and swarm".to_owned());
        check.that(self.to.swarm != Some(false), "/to/swarm", || "true, or left out".to_owned());
        let ttl = self.ttl_ms();
        check.that((TTL_MS_MIN..=TTL_MS_MAX).contains(&ttl), "/ttl_ms", || {
            format!("{TTL_MS_MIN} to {TTL_MS_MAX}")
        });
        let bytes = self.body.as_ref().map_or(0, |body| body.as_bytes().len());
        check.that(bytes <= MESSAGE_BYTES, "/body", || format!("at most {MESSAGE_BYTES} bytes"));
        check.done()
    }

    pub(crate) fn ttl_ms(&self) -> u64 {
        self.ttl_ms.unwrap_or(MESSAGE_TTL_MS_DEFAULT)
    }
}

impl To {
    pub(crate) fn named(&self) -> usize {
        [self.agent.is_some(), self.topic.is_some(), self.swarm.is_some()]
            .iter()
            .filter(|named| **named)
            .count()
    }
}

/// The answer to a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sent {
    /// The message's id.
    pub id: MessageId,
    /// Inboxes it has entered.
    pub recipients: u64,
    /// Agents that did not get it because their inboxes are full, the first hundred by name; left out when there are
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub full: Vec<AgentName>,
}

/// A message in an inbox.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    /// Its id, the same in every inbox.
    pub id: MessageId,
    /// Its number in this inbox, from 1.
    pub seq: u64,
    /// Who sent it.
    pub from: AgentName,
    /// Whom it was sent to.
    pub to: To,
    /// What kind of message it is.
    pub kind: Option<Text>,
    /// What it says.
    pub body: Option<Json>,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// What several messages have in common.
    pub correlation_id: Option<Text>,
    /// When it was sent.
    pub sent_at: Stamp,
}

/// Which messages of an inbox are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxQuery {
    /// Only those with a higher number.
    pub after: u64,
    /// So many at most; 50 when absent.
    pub limit: Option<usize>,
}

impl InboxQuery {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every parameter that cannot be accepted.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that((1..=PAGE_MAX).contains(&self.limit()), "/limit", || format!("1 to {PAGE_MAX}"));
        check.done()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE_DEFAULT)
    }
}

/// Messages of an inbox.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Inbox {
    /// The eldest first; none when nothing came within the wait.
    pub messages: Vec<Message>,
    /// `after` of the next read: the number of the last message here.
    pub next: u64,
}

/// An acknowledgement: exactly one of the two.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ack {
    /// All messages up to this number.
    pub up_to: Option<u64>,
    /// These messages, at most 1,000; those that are not in the inbox do not count.
    pub ids: Option<Vec<MessageId>>,
}

impl Ack {
    /// Checks what the types alone cannot, and leaves each id once.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(self.up_to.is_some() != self.ids.is_some(), "", || {
            "exactly one of up_to and ids".to_owned()
        });
        if let Some(ids) = &mut self.ids {
            check.that(ids.len() <= ACK_IDS, "/ids", || format!("at most {ACK_IDS} ids"));
            ids.sort_unstable();
            ids.dedup();
        }
        check.done()
    }
}

/// The answer to an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Acked {
    /// Messages that were in the inbox and no longer are.
    pub acked: u64,
}

/// A number of an inbox as the functions take it: beyond what can be counted there is nothing.
pub(crate) fn countable(seq: u64) -> u64 {
    seq.min(COUNT_MAX)
}
