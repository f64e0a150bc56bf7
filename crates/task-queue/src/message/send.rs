//! Sends a message: `lua/message_send.lua`.

use serde::{Deserialize, Serialize};
use waggle_core::{Call, Error as RedisError, Merge, Value};

use crate::{
    Error, Idempotency, TaskQueue,
    library::function,
    limits::MERGE_BYTES,
    metrics::{self, MessageEvent},
    model::{AgentName, MessageId, NewMessage, Sent, SwarmName, Text, To},
    store::{Line, Reader, digest},
    task::{refused, root},
};

const FUNCTION: &str = function!("message_send");

/// The answer to a send.
#[derive(Debug, Clone)]
pub struct MessageSent {
    /// What became of the message.
    pub sent: Sent,
    /// Whether the answer is that of an earlier request with the same idempotency key.
    pub replayed: bool,
}

impl TaskQueue {
    /// Puts `message` into the inboxes of those it is for. Topics and the swarm leave out the sender, and full inboxes.
    ///
    /// # Errors
    /// [`Error::Invalid`], also where it is for more than 10,000 agents; [`Error::AgentNotFound`] and
    /// [`Error::InboxFull`] where it is for one agent; [`Error::SwarmNotFound`], [`Error::IdempotencyMismatch`],
    /// [`Error::Redis`]. After an unknown outcome the same request under an [`Idempotency`] does no harm.
    pub async fn send_message(
        &self,
        swarm: &SwarmName,
        message: NewMessage,
        idempotency: Option<Idempotency>,
    ) -> Result<MessageSent, Error> {
        message.check()?;
        let item = SendItem::encode(self, &message)?;
        let (replayed, sending) = if idempotency.is_some() || !item.may_travel_with_others() {
            self.send_apart(swarm, item, idempotency.as_ref()).await?
        } else {
            let sending = self.inner.sends.run(swarm.clone(), item).await;
            (false, sending.map_err(|error| refused(swarm, error))?)
        };
        Ok(MessageSent { sent: sending.into_result(&message.from, &message.to)?, replayed })
    }

    async fn send_apart(
        &self,
        swarm: &SwarmName,
        item: SendItem,
        idempotency: Option<&Idempotency>,
    ) -> Result<(bool, Sending), Error> {
        let reply = self.inner.redis.call(call(swarm, &[item], idempotency)).await;
        let (replayed, sendings) = read(reply.map_err(|error| refused(swarm, error))?)?;
        let too_short = || RedisError::Internal { detail: format!("{FUNCTION}: the reply is too short") };
        Ok((replayed, sendings.into_iter().next().ok_or_else(too_short)?))
    }
}

/// What Rust alone needs to know of a message; a field is absent where it has its default.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    #[serde(rename = "f")]
    pub(crate) from: AgentName,
    #[serde(rename = "t")]
    pub(crate) to: To,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<Text>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<MessageId>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_id: Option<Text>,
}

/// A message on its way into Redis, alone or as an operation of a transaction: the arguments that `read_send` of
/// `lua/parts/send.lua` reads.
pub(crate) struct SendItem {
    id: MessageId,
    from: String,
    to: String,
    ttl_ms: u64,
    /// Header, line break, frame of the body.
    rest: Vec<u8>,
}

impl SendItem {
    /// A message that was checked, under a new id.
    pub(crate) fn encode(queue: &TaskQueue, message: &NewMessage) -> Result<Self, Error> {
        let header = Header {
            from: message.from.clone(),
            to: message.to.clone(),
            kind: message.kind.clone(),
            reply_to: message.reply_to,
            correlation_id: message.correlation_id.clone(),
        };
        let mut rest = serde_json::to_vec(&header).map_err(|_| RedisError::Internal {
            detail: "the header of a message cannot be written".to_owned(),
        })?;
        rest.push(b'\n');
        if let Some(body) = message.body.as_ref().filter(|body| !body.is_null()) {
            queue.inner.codec.encode_into(body.as_bytes(), &mut rest);
        }
        Ok(Self {
            id: MessageId::new(),
            from: queue.sender(&message.from),
            to: address(&message.to),
            ttl_ms: message.ttl_ms(),
            rest,
        })
    }

    /// Appends the arguments of this message to a call.
    pub(crate) fn write(&self, call: &mut Call) {
        call.arg(self.id.encode(&mut [0; 36]))
            .arg(self.from.as_str())
            .arg(self.to.as_str())
            .arg(self.ttl_ms)
            .arg(self.rest.as_slice());
    }

    /// A large message, or one that may go to thousands of inboxes, is enough for one call.
    fn may_travel_with_others(&self) -> bool {
        self.rest.len() <= MERGE_BYTES && !self.to.starts_with([TOPIC, EVERYBODY])
    }
}

const TOPIC: char = '#';
const EVERYBODY: char = '*';

/// Whom a message is for, as the functions write it.
fn address(to: &To) -> String {
    match (&to.agent, &to.topic) {
        (Some(agent), _) => agent.to_string(),
        (None, Some(topic)) => format!("{TOPIC}{topic}"),
        (None, None) => EVERYBODY.to_string(),
    }
}

/// What became of one message.
#[derive(Debug)]
pub(crate) enum Sending {
    Done(Sent),
    AgentNotFound,
    SenderNotFound,
    InboxFull,
    TooManyRecipients,
}

impl Sending {
    pub(crate) fn read(mut line: Line) -> Result<Self, RedisError> {
        match line.optional_word() {
            Some("ok") => {}
            Some("AGENTNOTFOUND") => return Ok(Self::AgentNotFound),
            Some("SENDERNOTFOUND") => return Ok(Self::SenderNotFound),
            Some("INBOXFULL") => return Ok(Self::InboxFull),
            Some("TOOMANYRECIPIENTS") => return Ok(Self::TooManyRecipients),
            _ => return Err(line.broken()),
        }
        let (id, recipients) = (line.parse()?, line.parse()?);
        let mut full = Vec::new();
        while let Some(agent) = line.optional()? {
            full.push(agent);
        }
        Ok(Self::Done(Sent { id, recipients, full }))
    }

    /// Of a message from `from` to `to`.
    pub(crate) fn into_result(self, from: &AgentName, to: &To) -> Result<Sent, Error> {
        let agent = || to.agent.as_ref().map_or_else(String::new, ToString::to_string);
        match self {
            Self::Done(sent) => Ok(sent),
            Self::SenderNotFound => Err(Error::AgentNotFound(from.to_string())),
            Self::AgentNotFound => Err(Error::AgentNotFound(agent())),
            Self::InboxFull => Err(Error::InboxFull(agent())),
            Self::TooManyRecipients => Err(too_many_recipients()),
        }
    }
}

/// A message is for more agents than one may be sent to.
pub(crate) fn too_many_recipients() -> Error {
    let most = crate::limits::MESSAGE_RECIPIENTS;
    crate::model::Invalid::field("/to", format!("more than {most} agents: use topics with fewer")).into()
}

fn call(swarm: &SwarmName, items: &[SendItem], idempotency: Option<&Idempotency>) -> Call {
    let mut call = Call::new(FUNCTION, &root(swarm));
    match idempotency {
        Some(idempotency) => {
            let digest = digest(&[idempotency.scope.as_bytes(), idempotency.key.as_str().as_bytes()]);
            call.arg(digest).arg(&idempotency.body_digest[..]);
        }
        None => {
            call.arg("").arg("");
        }
    }
    for item in items {
        item.write(&mut call);
    }
    call.weight(items.len());
    call
}

fn read(reply: Value) -> Result<(bool, Vec<Sending>), RedisError> {
    let mut reply = Reader::new(FUNCTION, reply)?;
    let replayed = reply.integer()? == 1;
    let mut sendings = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        sendings.push(Sending::read(reply.line()?)?);
    }
    if !replayed {
        let sent = sendings.iter().filter(|sending| matches!(sending, Sending::Done(_))).count();
        metrics::messages(MessageEvent::Sent, sent);
    }
    Ok((replayed, sendings))
}

/// Joins messages to single agents that wait for the same swarm.
pub(crate) struct SendMerge;

impl Merge for SendMerge {
    type Key = SwarmName;
    type Item = SendItem;
    type Output = Sending;
    const MAX_ITEMS: usize = 100;
    const FUNCTION: &'static str = FUNCTION;

    fn bytes(&self, item: &SendItem) -> usize {
        size_of::<SendItem>() + item.rest.len()
    }

    fn call(&self, swarm: &SwarmName, items: &[SendItem]) -> Call {
        call(swarm, items, None)
    }

    fn split(&self, _: &SwarmName, _: Vec<SendItem>, reply: Value) -> Result<Vec<Sending>, RedisError> {
        Ok(read(reply)?.1)
    }
}
