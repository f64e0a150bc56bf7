//! Reads an inbox, now or when something has come: `lua/message_read.lua`.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};
use waggle_core::{Call, Codec, Error as RedisError, Value, perf::Series, trace};

use super::send::Header;
use crate::{
    Error, TaskQueue,
    library::function,
    metrics::{self, MessageEvent},
    model::{AgentName, Inbox, InboxQuery, Message, Stamp, SwarmName, countable},
    store::{Reader, frame_json},
    task::{refused, root},
    waiters::Topic,
};

const FUNCTION: &str = function!("message_read");

/// How long a reader trusts at first that it would have been woken, and each time twice as long.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// The longest it trusts that: ten thousand readers that looked each second would be a load of their own.
const LOOK_AGAIN_MAX: Duration = Duration::from_secs(8);

impl TaskQueue {
    /// Messages of an agent's inbox, the eldest first; waits up to `wait` for a first one. Consumes nothing, and marks the
    /// agent as seen. A read returns about 4 MiB at most, so there may be fewer messages than were asked for and than
    /// there are.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn read_inbox(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        query: InboxQuery,
        wait: Duration,
    ) -> Result<Inbox, Error> {
        query.check()?;
        if wait.is_zero() || self.inner.waiters.is_draining() {
            return Ok(self.look(swarm, agent, query, Duration::ZERO).await?.0);
        }
        let _waiting = trace::wait("inbox.wait");
        let begun = Instant::now();
        let deadline = begun + wait;
        let watch = self.inner.waiters.watch(swarm, Topic::Inbox(agent.clone()));
        let mut trust = LOOK_AGAIN;
        loop {
            let woken = watch.woken();
            let left = deadline.saturating_duration_since(Instant::now());
            let (inbox, now) = self.look(swarm, agent, query, left).await?;
            let over = Instant::now() >= deadline || self.inner.waiters.is_draining();
            if !inbox.messages.is_empty() || over {
                self.measure_delivery(&inbox, now, begun.elapsed());
                return Ok(inbox);
            }
            // Either a wake-up or the time to look again: both lead to another look.
            let _woken_or_not = timeout_at(deadline.min(Instant::now() + trust), woken).await;
            trust = LOOK_AGAIN_MAX.min(trust * 2);
        }
    }

    /// How long messages were under way that came while their reader waited. They are stamped with milliseconds, so that
    /// this is up to one too long.
    fn measure_delivery(&self, inbox: &Inbox, now: f64, waited: Duration) {
        for message in &inbox.messages {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are below 2^52")]
            let sent_at = message.sent_at.0 as f64;
            let under_way = Duration::from_secs_f64((now - sent_at).max(0.0) / 1_000.0);
            if under_way <= waited {
                self.inner.redis.perf().record(Series::MessageDelivery, under_way);
            }
        }
    }

    /// What is there now, and the time; goes on where a call met nothing but expired messages.
    async fn look(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        query: InboxQuery,
        stands_by: Duration,
    ) -> Result<(Inbox, f64), Error> {
        let mut from = countable(query.after);
        loop {
            let mut call = Call::new(FUNCTION, &root(swarm));
            call.arg(agent.as_str()).arg(from).arg(query.limit());
            call.arg(u64::try_from(stands_by.as_millis()).unwrap_or(u64::MAX));
            let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
            let page = Page::read(reply, &self.inner.codec)?;
            let Page { more, looked_to, now, messages } =
                page.ok_or_else(|| Error::AgentNotFound(agent.to_string()))?;
            if !messages.is_empty() || !more {
                let next = messages.last().map_or(query.after, |last| last.seq);
                return Ok((Inbox { messages, next }, now));
            }
            from = looked_to;
        }
    }
}

/// What `message_read` returns.
struct Page {
    more: bool,
    looked_to: u64,
    /// Milliseconds, with a fraction.
    now: f64,
    messages: Vec<Message>,
}

impl Page {
    /// Absent where there is no such agent.
    fn read(reply: Value, codec: &Codec) -> Result<Option<Self>, RedisError> {
        if matches!(&reply, Value::BulkString(word) if word == b"AGENTNOTFOUND") {
            return Ok(None);
        }
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (more, looked_to) = (reply.integer()? == 1, reply.integer()?);
        let now = reply.text()?.parse().map_err(|_| reply.broken("expected the time"))?;
        let mut messages = Vec::with_capacity(reply.remaining() / 2);
        while reply.remaining() > 0 {
            let mut place = reply.line()?;
            let (seq, id) = (place.parse()?, place.parse()?);
            let text = reply.bytes()?.ok_or_else(|| reply.broken("an inbox without its message"))?;
            messages.push(Message { seq, ..stored(id, &text, codec)? });
        }
        metrics::messages(MessageEvent::Delivered, messages.len());
        Ok(Some(Self { more, looked_to: u64::try_from(looked_to).unwrap_or(0), now, messages }))
    }
}

/// A message as it is stored: `<sent_at> <expires_at> <header>\n<frame of the body>`.
fn stored(id: crate::model::MessageId, text: &Bytes, codec: &Codec) -> Result<Message, RedisError> {
    let broken = || RedisError::Internal { detail: "a stored message cannot be read".to_owned() };
    let line = text.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let head = str::from_utf8(&text[..line]).map_err(|_| broken())?;
    let mut head = head.splitn(3, ' ');
    let mut next = || head.next().ok_or_else(broken);
    let (sent_at, _expires_at, header) = (next()?, next()?, next()?);
    let header: Header = serde_json::from_str(header).map_err(|_| broken())?;
    Ok(Message {
        id,
        seq: 0,
        from: header.from,
        to: header.to,
        kind: header.kind,
        body: frame_json(text.slice(line + 1..), codec)?,
        reply_to: header.reply_to,
        correlation_id: header.correlation_id,
        sent_at: Stamp(sent_at.parse().map_err(|_| broken())?),
    })
}
