//! Writes a snapshot into an empty swarm: `lua/snapshot_write.lua`, `lua/snapshot_finish.lua`, `lua/snapshot_clear.lua`.

use std::io::BufRead;

use waggle_core::{Call, Error as RedisError, Value};

use super::{
    batch::{Batch, Place},
    check::Checked,
    end::Counts,
    format::Record,
    patience::{Patience, call_patiently},
};
use crate::{
    Error, TaskQueue,
    library::function,
    limits::SWEEP_TASKS,
    migrate::{Walk, root_and_rest},
    model::SwarmName,
    store::{Reader, seed},
    task::root,
};

const WRITE: &str = function!("snapshot_write");
const FINISH: &str = function!("snapshot_finish");
const CLEAR: &str = function!("snapshot_clear");

impl TaskQueue {
    /// Whether a snapshot could be restored into a swarm now.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::SwarmNotEmpty`], [`Error::SwarmClosed`] while another snapshot is being
    /// restored, [`Error::Redis`].
    pub async fn check_restorable(&self, swarm: &SwarmName) -> Result<(), Error> {
        self.begin_restore(swarm, &seed(), true).await.map(drop)
    }

    /// Writes a snapshot that was checked into an empty swarm, which nobody sees until it is complete; returns what was
    /// written. `lines` are the very same ones. What fails is undone, as far as Redis can be reached; a swarm in which
    /// rests were left stays hidden until it is restored again or deleted.
    ///
    /// # Errors
    /// As [`check_restorable`](Self::check_restorable).
    pub async fn restore_swarm(
        &self,
        swarm: &SwarmName,
        checked: &Checked,
        lines: impl BufRead + Send,
    ) -> Result<Counts, Error> {
        let word = seed();
        let restore = Restore { queue: self, swarm, word: &word };
        let has_rests = self.begin_restore(swarm, &word, false).await?;
        if has_rests {
            restore.clear(false).await?;
        }
        match restore.write(checked, lines).await {
            Ok(counts) => Ok(counts),
            Err(error) => {
                if let Err(undoing) = restore.clear(true).await {
                    tracing::warn!(%swarm, error = %undoing, "a restore broke off and could not be undone: restore the swarm again or delete it");
                }
                Err(error)
            }
        }
    }
}

/// A restore under way.
struct Restore<'a> {
    queue: &'a TaskQueue,
    swarm: &'a SwarmName,
    word: &'a str,
}

impl Restore<'_> {
    async fn write(&self, checked: &Checked, mut lines: impl BufRead + Send) -> Result<Counts, Error> {
        let (mut batch, mut place, mut counts) = (Batch::default(), Place::default(), Counts::default());
        let (mut line, mut first) = (Vec::new(), true);
        loop {
            line.clear();
            let read = lines.read_until(b'\n', &mut line);
            if read.map_err(|error| lost(&error.to_string()))? == 0 {
                break;
            }
            if std::mem::take(&mut first) {
                continue;
            }
            let record: Record = serde_json::from_slice(&line).map_err(|error| lost(&error.to_string()))?;
            counts.note(&record);
            batch.add(record, &mut place, checked.header.exported_at, &self.queue.inner.codec)?;
            if batch.is_full() {
                self.send(std::mem::take(&mut batch)).await?;
            }
        }
        self.send(batch).await?;
        if counts != checked.counts {
            return Err(lost("it is not the one that was checked").into());
        }
        self.finish(checked).await?;
        Ok(counts)
    }

    async fn send(&self, batch: Batch) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut call = Call::new(WRITE, &root(self.swarm));
        call.arg(self.word);
        batch.write(&mut call);
        call_patiently(self.queue, self.swarm, call).await.map(drop)
    }

    async fn finish(&self, checked: &Checked) -> Result<(), Error> {
        let said = checked.header.said();
        let description = serde_json::to_string(&said).map_err(|error| lost(&error.to_string()))?;
        let limits = checked.header.limits;
        let text = |limit: Option<u64>| limit.map_or_else(String::new, |limit| limit.to_string());
        loop {
            let mut call = Call::new(FINISH, &root(self.swarm));
            call.arg(self.word).arg(SWEEP_TASKS).arg(description.as_str());
            call.arg(u8::from(checked.header.paused)).arg(u8::from(!checked.header.events));
            call.arg(text(limits.max_agents)).arg(text(limits.max_tasks));
            let reply = call_patiently(self.queue, self.swarm, call).await?;
            if Reader::new(FINISH, Value::Array(vec![reply]))?.integer()? == 1 {
                return Ok(());
            }
        }
    }

    /// Removes what was written; `opening` lets the swarm be seen again, as empty as it was.
    async fn clear(&self, opening: bool) -> Result<(), Error> {
        let mut walk = Walk::under(&root(self.swarm));
        let mut patience = Patience::new();
        loop {
            match walk.names(&self.queue.inner.redis).await {
                Ok(None) => break,
                Ok(Some(names)) => {
                    let names: Vec<&[u8]> = names.iter().map(|name| root_and_rest(name).1).collect();
                    self.unlink(&names, false).await?;
                }
                Err(error) => patience.after(error).await?,
            }
        }
        if opening { self.unlink(&[], true).await } else { Ok(()) }
    }

    async fn unlink(&self, names: &[&[u8]], last: bool) -> Result<(), Error> {
        let mut call = Call::new(CLEAR, &root(self.swarm));
        call.arg(self.word).arg(u8::from(last));
        for name in names {
            call.arg(*name);
        }
        call_patiently(self.queue, self.swarm, call).await.map(drop)
    }
}

fn lost(why: &str) -> RedisError {
    RedisError::Internal { detail: format!("the file of a snapshot that was checked: {why}") }
}
