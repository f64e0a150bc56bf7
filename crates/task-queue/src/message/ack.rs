//! Acknowledges messages: `lua/message_ack.lua`.

use waggle_core::{Call, Error as RedisError, Value};

use crate::{
    Error, TaskQueue,
    library::function,
    metrics::{self, MessageEvent},
    model::{Ack, Acked, AgentName, MessageId, SwarmName, countable},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("message_ack");

impl TaskQueue {
    /// Takes messages out of an agent's inbox, and marks the agent as seen. Acknowledging again does no harm.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`]: then some may have been
    /// taken out.
    pub async fn ack_messages(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        mut ack: Ack,
    ) -> Result<Acked, Error> {
        ack.check()?;
        let mut acked = 0;
        loop {
            let reply = self.inner.redis.call(call(swarm, agent, &ack)).await;
            let reply = reply.map_err(|error| refused(swarm, error));
            let taken =
                read(reply.map_err(|error| if acked > 0 { error.although_applied() } else { error })?)?;
            let (count, more) = taken.ok_or_else(|| Error::AgentNotFound(agent.to_string()))?;
            acked += count;
            if !more {
                return Ok(Acked { acked });
            }
        }
    }
}

fn call(swarm: &SwarmName, agent: &AgentName, ack: &Ack) -> Call {
    let mut call = Call::new(FUNCTION, &root(swarm));
    call.arg(agent.as_str()).arg(ack.up_to.map_or_else(String::new, |seq| countable(seq).to_string()));
    for id in ack.ids.iter().flatten() {
        call.arg(MessageId::encode(id, &mut [0; 36]));
    }
    call
}

/// How many were taken out, and whether more are to be; absent where there is no such agent.
fn read(reply: Value) -> Result<Option<(u64, bool)>, RedisError> {
    if matches!(&reply, Value::BulkString(word) if word == b"AGENTNOTFOUND") {
        return Ok(None);
    }
    let mut reply = Reader::new(FUNCTION, reply)?;
    let (count, more) = (reply.count()?, reply.integer()? == 1);
    metrics::messages(MessageEvent::Acked, count);
    Ok(Some((count as u64, more)))
}
