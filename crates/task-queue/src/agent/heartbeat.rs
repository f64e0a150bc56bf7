//! Keeps an agent and all that it holds: `lua/agent_heartbeat.lua`.

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
        let reply = self.inner.redis.call(self.heartbeat_call(swarm, agent, &heartbeat)).await;
        let reply = reply.map_err(|error| refused(swarm, error))?;
        if matches!(reply, Value::Nil | Value::Boolean(false)) {
            return Err(Error::AgentNotFound(agent.to_string()));
        }
        self.inner.redis.perf().record(Series::Heartbeat, started.elapsed());
        let (answer, ends_in) = read(reply, heartbeat.leases)?;
        if let Some(soonest) = ends_in {
            self.inner.alarms.reaper.at(swarm, soonest);
        }
        Ok(answer)
    }

    fn heartbeat_call(&self, swarm: &SwarmName, agent: &AgentName, heartbeat: &AgentHeartbeat) -> Call {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(agent.as_str()).arg(heartbeat.extend_ms.map_or_else(String::new, |ms| ms.to_string()));
        let mut buffer = [0; 36];
        for held in &heartbeat.leases {
            let token = self.own(held.lease.clone());
            call.arg(held.id.encode(&mut buffer)).arg(token).arg(usage_text(held.usage));
        }
        call.weight(heartbeat.leases.len());
        call
    }
}

/// The answer, and the milliseconds until the first of the leases ends.
fn read(reply: Value, leases: Vec<HeldLease>) -> Result<(AgentHeartbeaten, Option<i64>), RedisError> {
    let mut reply = Reader::new(FUNCTION, reply)?;
    let directive = if reply.text()? == "drain" { Directive::Drain } else { Directive::Run };
    let unread = u64::try_from(reply.integer()?).unwrap_or(0);
    let mut answer = AgentHeartbeaten { directive, unread, ..AgentHeartbeaten::default() };
    let mut soonest = None;
    for held in leases {
        let ends_in = note(reply.line()?, held, &mut answer)?;
        soonest = soonest.into_iter().chain(ends_in).min();
    }
    Ok((answer, soonest))
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
