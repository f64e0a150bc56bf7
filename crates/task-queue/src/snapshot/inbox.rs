//! Agents, their inboxes and the messages in them, as they are read for a snapshot.

use bytes::Bytes;
use waggle_core::{Codec, Error};

use super::format::{AgentLine, MessageLine};
use crate::{
    message::MessageHeader,
    model::{Json, MessageId, Stamp, Usage},
    store::{Reader, frame_json},
};

/// Stands behind the id of a message that several inboxes share.
pub(super) const SHARED: char = '*';

/// Reads `{ fields and values, topics }`; absent where the agent has gone meanwhile.
pub(super) fn agent(name: &str, mut reply: Reader) -> Result<Option<AgentLine>, Error> {
    let name = name.parse().map_err(|_| reply.broken("an agent without a proper name"))?;
    let mut agent = AgentLine {
        name,
        capacity: 0,
        capabilities: Vec::new(),
        ttl_ms: 0,
        metadata: None,
        inbox_limit: 0,
        registered_at: Stamp(0),
        last_seen_at: Stamp(0),
        draining: false,
        lost: false,
        completed: 0,
        failed: 0,
        expired: 0,
        worked_ms: 0,
        last_seq: 0,
        subscriptions: Vec::new(),
        usage: Usage::default(),
    };
    let mut fields = reply.array_or_map()?;
    if fields.remaining() == 0 {
        return Ok(None);
    }
    while fields.remaining() > 1 {
        let field = fields.text()?;
        apply(&mut agent, &field, &mut fields)?;
    }
    let mut topics = reply.array()?;
    while topics.remaining() > 0 {
        let topic = topics.text()?.parse();
        agent.subscriptions.push(topic.map_err(|_| topics.broken("a topic without a proper name"))?);
    }
    agent.subscriptions.sort_unstable();
    Ok(Some(agent))
}

fn apply(agent: &mut AgentLine, field: &str, fields: &mut Reader) -> Result<(), Error> {
    match field {
        "ca" => agent.capacity = count(fields)?,
        "tt" => agent.ttl_ms = count(fields)?,
        "il" => agent.inbox_limit = count(fields)?,
        "ok" => agent.completed = count(fields)?,
        "ko" => agent.failed = count(fields)?,
        "ex" => agent.expired = count(fields)?,
        "ms" => agent.worked_ms = count(fields)?,
        "sq" => agent.last_seq = count(fields)?,
        "ut" => agent.usage.tokens = count(fields)?,
        "uu" => agent.usage.usd_micros = count(fields)?,
        "uw" => agent.usage.wall_ms = count(fields)?,
        "ra" => agent.registered_at = Stamp(fields.integer()?),
        "ls" => agent.last_seen_at = Stamp(fields.integer()?),
        "dr" => agent.draining = fields.integer()? == 1,
        "lo" => agent.lost = fields.integer()? == 1,
        "cb" => {
            let names = fields.text()?;
            let names = names.split(',').filter(|name| !name.is_empty()).map(str::parse);
            let names: Result<_, _> = names.collect();
            agent.capabilities = names.map_err(|_| fields.broken("a capability without a proper name"))?;
        }
        "md" => {
            let text = Some(fields.text()?).filter(|text| !text.is_empty());
            let metadata = text.map(Json::parse).transpose();
            agent.metadata = metadata.map_err(|_| fields.broken("metadata that is not JSON"))?;
        }
        _ => drop(fields.value()?),
    }
    Ok(())
}

fn count(fields: &mut Reader) -> Result<u64, Error> {
    u64::try_from(fields.integer()?).map_err(|_| fields.broken("a number out of range"))
}

/// Reads a message as it is stored: `<sent_at> <expires_at> <header>\n<frame of the body>`.
pub(super) fn message(
    id: MessageId,
    shared: bool,
    stored: &Bytes,
    codec: &Codec,
) -> Result<MessageLine, Error> {
    let broken = || Error::Internal { detail: "a stored message cannot be read".to_owned() };
    let line = stored.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let head = str::from_utf8(&stored[..line]).map_err(|_| broken())?;
    let mut head = head.splitn(3, ' ');
    let mut next = || head.next().ok_or_else(broken);
    let (sent_at, expires_at, header) = (next()?, next()?, next()?);
    let stamp = |text: &str| text.parse().map(Stamp).map_err(|_| broken());
    let header: MessageHeader = serde_json::from_str(header).map_err(|_| broken())?;
    Ok(MessageLine {
        id,
        shared,
        sent_at: stamp(sent_at)?,
        expires_at: stamp(expires_at)?,
        from: header.from,
        to: header.to,
        kind: header.kind,
        body: frame_json(stored.slice(line + 1..), codec)?,
        reply_to: header.reply_to,
        correlation_id: header.correlation_id,
    })
}
