//! What the operations of a transaction are answered.

use std::time::Duration;

use waggle_core::Codec;

use super::apply::broken;
use crate::{
    Error, TaskQueue,
    message::Sending,
    metrics::{self, MessageEvent, TaskEvent},
    model::{
        AgentName, Applied, Completed, DeletedState, Failed, Json, NewTask, OutcomeKind, StateKey, SwarmName,
        TaskId, To,
    },
    state::entry_of,
    store::{Reader, When, frame_json},
    task::{Beyond, SettleAnswer, Taken, taken},
};

/// What an operation is about, to read its answer.
pub(super) enum Expected {
    Settle(TaskId, OutcomeKind),
    Submit(Box<NewTask>, When),
    Send(AgentName, To),
    Put(StateKey, Json),
    Delete(StateKey),
    Increment(StateKey),
}

impl TaskQueue {
    pub(super) fn settled(
        &self,
        swarm: &SwarmName,
        id: TaskId,
        kind: OutcomeKind,
        reply: &mut Reader,
        news: bool,
    ) -> Result<Applied, Error> {
        let answer = SettleAnswer::read(reply.line()?)?;
        if news {
            answer.count(kind);
        }
        let applied = answer.into_result(id)?;
        let settled = self.note_settled(swarm, if news { applied } else { applied.measured_before() });
        let status = settled.status;
        Ok(match kind {
            OutcomeKind::Complete => Applied::Completed(Completed { id, status, replayed: false }),
            _ => Applied::GivenBack(Failed { id, status, run_at: settled.run_at, replayed: false }),
        })
    }

    pub(super) async fn submitted(
        &self,
        swarm: &SwarmName,
        now: i64,
        task: NewTask,
        when: When,
        reply: &mut Reader,
        news: bool,
    ) -> Result<Applied, Error> {
        let (id, taken) = taken(reply.line()?)?;
        if news && matches!(taken, Taken::In(_)) {
            metrics::tasks(TaskEvent::Submitted, 1);
        }
        if let Taken::Duplicate(holder) = &taken {
            match self.get(swarm, *holder, Duration::ZERO).await {
                Ok(task) => return Ok(Applied::Submitted(Box::new(task))),
                // It has been forgotten since: what can be said of it is said.
                Err(Error::TaskNotFound(_)) => {}
                Err(error) => return Err(error.although_applied()),
            }
        }
        let beyond = if let Taken::In(beyond) = taken { beyond } else { Beyond::default() };
        let task = self.entered(swarm, id, now, beyond, when, task).await?;
        Ok(Applied::Submitted(Box::new(task)))
    }
}

pub(super) fn sent(from: &AgentName, to: &To, reply: &mut Reader, news: bool) -> Result<Applied, Error> {
    let sent = Sending::read(reply.line()?)?.into_result(from, to)?;
    if news {
        metrics::messages(MessageEvent::Sent, 1);
    }
    Ok(Applied::Sent(sent))
}

/// Without a value it was an increment, whose sum follows.
pub(super) fn written(
    key: StateKey,
    value: Option<Json>,
    reply: &mut Reader,
    codec: &Codec,
) -> Result<Applied, Error> {
    let (mut line, value) = match value {
        Some(value) => (reply.line()?, value),
        None => {
            let mut pair = reply.array()?;
            let (line, sum) = (pair.line()?, pair.bytes()?.unwrap_or_default());
            (line, frame_json(sum, codec)?.ok_or_else(|| broken("a sum that is nothing"))?)
        }
    };
    let _created: u8 = line.parse()?;
    Ok(Applied::Written(entry_of(line, key, value)?))
}

pub(super) fn deleted(key: StateKey, reply: &mut Reader) -> Result<Applied, Error> {
    let version = reply.line()?.parse()?;
    Ok(Applied::Deleted(DeletedState { key, deleted: true, version }))
}
