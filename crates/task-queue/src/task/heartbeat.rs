//! Keeps a lease alive: `lua/task_heartbeat.lua`.

use tokio::time::Instant;
use waggle_core::{Call, Error as RedisError, Merge, Value, perf::Series};

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::{MERGE_BYTES, USAGE_WEIGHT},
    metrics::{self, TaskEvent},
    model::{Heartbeat, Heartbeaten, Lease, Stamp, Status, SwarmName, TaskId},
    store::{Line, Reader, usage_text},
};

const FUNCTION: &str = function!("task_heartbeat");

impl TaskQueue {
    /// Extends the lease and keeps the progress, if any is reported.
    ///
    /// # Errors
    /// [`Error::LeaseLost`], [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Invalid`], [`Error::Redis`].
    pub async fn heartbeat(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        heartbeat: Heartbeat,
    ) -> Result<Heartbeaten, Error> {
        heartbeat.check()?;
        let started = Instant::now();
        let token = heartbeat.lease.clone();
        let progress =
            heartbeat.progress.map_or_else(Vec::new, |json| self.inner.codec.encode(json.as_bytes()));
        let extend = heartbeat.extend_ms.map_or_else(String::new, |ms| ms.to_string());
        let usage = usage_text(heartbeat.usage);
        let item = HeartbeatItem { id, token: self.own(heartbeat.lease), extend, progress, usage };
        let answer = self.send(swarm, item).await?;
        match answer {
            HeartbeatAnswer::Extended { expires_at, cancel_requested, ends_in, exceeded } => {
                self.inner.redis.perf().record(Series::Heartbeat, started.elapsed());
                self.inner.alarms.reaper.at(swarm, ends_in);
                let lease = Lease { token, expires_at: Stamp(expires_at) };
                Ok(Heartbeaten { lease, cancel_requested, budget_exceeded: exceeded.is_some() })
            }
            HeartbeatAnswer::LeaseLost(attempt) => Err(Error::LeaseLost { id, attempt }),
            HeartbeatAnswer::NotFound => Err(Error::TaskNotFound(id)),
        }
    }

    /// Together with others, unless its progress is large.
    async fn send(&self, swarm: &SwarmName, item: HeartbeatItem) -> Result<HeartbeatAnswer, Error> {
        if item.progress.len() <= MERGE_BYTES {
            return self
                .inner
                .heartbeats
                .run(swarm.clone(), item)
                .await
                .map_err(|error| refused(swarm, error));
        }
        let items = vec![item];
        let reply = self.inner.redis.call(HeartbeatMerge.call(swarm, &items)).await;
        let answers = reply.and_then(|reply| HeartbeatMerge.split(swarm, items, reply));
        let too_short =
            || RedisError::Internal { detail: "task_heartbeat: the reply is too short".to_owned() };
        answers.map_err(|error| refused(swarm, error))?.pop().ok_or_else(|| too_short().into())
    }
}

/// A heartbeat on its way into Redis.
pub(crate) struct HeartbeatItem {
    id: TaskId,
    token: String,
    extend: String,
    progress: Vec<u8>,
    usage: String,
}

/// What `task_heartbeat` says of one lease.
pub(crate) enum HeartbeatAnswer {
    Extended {
        expires_at: i64,
        cancel_requested: bool,
        ends_in: i64,
        /// Where the task stands since a budget is used up.
        exceeded: Option<Status>,
    },
    LeaseLost(u32),
    NotFound,
}

/// Joins heartbeats that wait for the same swarm.
pub(crate) struct HeartbeatMerge;

impl Merge for HeartbeatMerge {
    type Key = SwarmName;
    type Item = HeartbeatItem;
    type Output = HeartbeatAnswer;
    const MAX_ITEMS: usize = 100;
    const FUNCTION: &'static str = FUNCTION;

    fn weight(&self, item: &HeartbeatItem) -> usize {
        if item.usage.is_empty() { 1 } else { USAGE_WEIGHT }
    }

    fn bytes(&self, item: &HeartbeatItem) -> usize {
        size_of::<HeartbeatItem>() + item.progress.len() + item.usage.len()
    }

    fn call(&self, swarm: &SwarmName, items: &[HeartbeatItem]) -> Call {
        let mut call = Call::new(FUNCTION, &root(swarm));
        let mut buffer = [0; 36];
        for item in items {
            call.arg(item.id.encode(&mut buffer))
                .arg(item.token.as_str())
                .arg(item.extend.as_str())
                .arg(item.progress.as_slice())
                .arg(item.usage.as_str());
        }
        call.weight(items.len());
        call
    }

    fn split(
        &self,
        _: &SwarmName,
        items: Vec<HeartbeatItem>,
        reply: Value,
    ) -> Result<Vec<HeartbeatAnswer>, RedisError> {
        let mut reply = Reader::new(FUNCTION, reply)?;
        let answers: Vec<_> = items.iter().map(|_| read(reply.line()?)).collect::<Result<_, RedisError>>()?;
        for answer in &answers {
            if let HeartbeatAnswer::Extended { exceeded: Some(status), .. } = answer {
                metrics::tasks(TaskEvent::taken_from_its_holder(*status), 1);
            }
        }
        Ok(answers)
    }
}

fn read(mut line: Line) -> Result<HeartbeatAnswer, RedisError> {
    match line.optional_word() {
        Some("ok") => Ok(HeartbeatAnswer::Extended {
            expires_at: line.parse()?,
            cancel_requested: line.parse::<u8>()? == 1,
            ends_in: line.parse()?,
            exceeded: line.optional()?,
        }),
        Some("LEASELOST") => line.parse().map(HeartbeatAnswer::LeaseLost),
        Some("NOTFOUND") => Ok(HeartbeatAnswer::NotFound),
        _ => Err(line.broken()),
    }
}
