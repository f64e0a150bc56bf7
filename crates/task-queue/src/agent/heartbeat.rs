//! Keeps an agent and all that it holds: `lua/agent_heartbeat.lua`.

use std::collections::VecDeque;

use tokio::time::Instant;
use waggle_core::{Call, Error as RedisError, Value, perf::Series};

use crate::{
    Error, TaskQueue,
    library::function,
    metrics::{self, TaskEvent},
    model::{
        AgentHeartbeat, AgentHeartbeaten, AgentName, Directive, ExtendedLease, HeldLease, Lease, Stamp,
        SwarmName,
    },
    store::{Line, Reader, usage_text},
    task::{refused, root},
};

const FUNCTION: &str = function!("agent_heartbeat");

impl TaskQueue {
    /// Says that an agent is there, and extends the leases it names.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`]. A lease that is lost is
    /// no error, but part of the answer.
    pub async fn heartbeat_agent(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        heartbeat: AgentHeartbeat,
    ) -> Result<AgentHeartbeaten, Error> {
        heartbeat.check()?;
        let started = Instant::now();
        let AgentHeartbeat { extend_ms, leases } = heartbeat;
        let (mut answer, mut leases) = (AgentHeartbeaten::default(), VecDeque::from(leases));
        let all = leases.len();
        loop {
            let reply =
                match self.inner.redis.call(self.heartbeat_call(swarm, agent, extend_ms, &leases)).await {
                    Ok(reply) => reply,
                    // What calls before it have done stands, and is answered; of the other leases nothing is said.
                    Err(_) if leases.len() < all => break,
                    Err(error) => return Err(refused(swarm, error)),
                };
            if matches!(reply, Value::Nil | Value::Boolean(false)) {
                return Err(Error::AgentNotFound(agent.to_string()));
            }
            if let Some(soonest) = read(reply, &mut leases, &mut answer)? {
                self.inner.alarms.reaper.at(swarm, soonest);
            }
            if leases.is_empty() {
                break;
            }
        }
        self.inner.redis.perf().record(Series::Heartbeat, started.elapsed());
        Ok(answer)
    }

    fn heartbeat_call(
        &self,
        swarm: &SwarmName,
        agent: &AgentName,
        extend_ms: Option<u64>,
        leases: &VecDeque<HeldLease>,
    ) -> Call {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(agent.as_str()).arg(extend_ms.map_or_else(String::new, |ms| ms.to_string()));
        let mut buffer = [0; 36];
        for held in leases {
            let token = self.own(held.lease.clone());
            call.arg(held.id.encode(&mut buffer)).arg(token).arg(usage_text(held.usage));
        }
        call.weight(leases.len());
        call
    }
}

/// Takes those of the leases that were answered, one at least, and adds what is said of them to the answer. Returns the
/// milliseconds until the first of them ends.
fn read(
    reply: Value,
    leases: &mut VecDeque<HeldLease>,
    answer: &mut AgentHeartbeaten,
) -> Result<Option<i64>, RedisError> {
    let mut reply = Reader::new(FUNCTION, reply)?;
    answer.directive = if reply.text()? == "drain" { Directive::Drain } else { Directive::Run };
    answer.unread = u64::try_from(reply.integer()?).unwrap_or(0);
    let mut soonest = None;
    while let Some(held) = leases.pop_front() {
        let ends_in = note(reply.line()?, held, answer)?;
        soonest = soonest.into_iter().chain(ends_in).min();
        if reply.remaining() == 0 {
            break;
        }
    }
    Ok(soonest)
}

/// Notes what became of one lease; the milliseconds until it ends where it was extended.
fn note(mut line: Line, held: HeldLease, answer: &mut AgentHeartbeaten) -> Result<Option<i64>, RedisError> {
    match line.optional_word() {
        Some("ok") => {
            let expires_at = Stamp(line.parse()?);
            if line.parse::<u8>()? == 1 {
                answer.cancel.push(held.id);
            }
            let lease = Lease { token: held.lease, expires_at };
            let ends_in = line.parse()?;
            if let Some(status) = line.optional()? {
                metrics::tasks(TaskEvent::taken_from_its_holder(status), 1);
                answer.budget_exceeded.push(held.id);
                return Ok(None);
            }
            answer.extended.push(ExtendedLease { id: held.id, lease });
            Ok(Some(ends_in))
        }
        Some("LEASELOST" | "NOTFOUND") => {
            answer.lost.push(held.id);
            Ok(None)
        }
        _ => Err(line.broken()),
    }
}
