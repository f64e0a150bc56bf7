use std::path::PathBuf;
use std::time::Duration;

use metrics::counter;
use tokio::task::JoinHandle;
use waggle_task_queue::limits::PAGE_MAX;
use waggle_task_queue::model::SwarmName;
use waggle_task_queue::{Error, TaskQueue};

use super::files;
use super::write::{WriteError, write};
use crate::config::Settings;
use crate::metrics::SNAPSHOTS;

/// A schedule is looked at so often at least: another server may have written meanwhile, a swarm may be new.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Writes a snapshot of every swarm again and again, one swarm after the other; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Schedule(JoinHandle<()>);

impl Schedule {
    /// Starts it, where the settings want it.
    pub(crate) fn spawn(queue: &TaskQueue, settings: &Settings) -> Option<Self> {
        let every = settings.snapshots.every()?;
        let directory = settings.snapshots.directory(&settings.server.data_dir);
        let role =
            Role { queue: queue.clone(), every, keep: settings.snapshots.keep, directory, failing: false };
        Some(Self(tokio::spawn(role.run())))
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Role {
    queue: TaskQueue,
    every: Duration,
    keep: usize,
    directory: PathBuf,
    failing: bool,
}

impl Role {
    async fn run(mut self) {
        loop {
            let next = match self.swarms().await {
                Ok(swarms) => self.round(&swarms).await,
                Err(error) => self.failed(None, &error.into()),
            };
            tokio::time::sleep(next).await;
        }
    }

    async fn swarms(&self) -> Result<Vec<SwarmName>, Error> {
        let (mut names, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.queue.list_swarms(Some(PAGE_MAX), cursor.as_deref()).await?;
            names.extend(page.items.into_iter().map(|swarm| swarm.name));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(names);
            }
        }
    }

    /// Returns how long nothing is due.
    async fn round(&mut self, swarms: &[SwarmName]) -> Duration {
        let mut next = self.every;
        for swarm in swarms {
            next = next.min(match self.visit(swarm).await {
                Ok(due_in) => due_in,
                // Deleted since the round began.
                Err(WriteError::Export(Error::SwarmNotFound(_))) => self.every,
                Err(error) => self.failed(Some(swarm), &error),
            });
        }
        next.min(LOOK_AGAIN)
    }

    /// Writes a snapshot when it is due; returns when the next one is. What is due is told by the files that are there, so
    /// that neither a restart nor a second server makes it too early or too late.
    async fn visit(&mut self, swarm: &SwarmName) -> Result<Duration, WriteError> {
        let directory = self.directory.join(swarm.as_str());
        if let Some(age) = files::age(&directory)?.filter(|age| *age < self.every) {
            return Ok(self.every - age);
        }
        write(&self.queue, swarm, &directory).await?;
        files::tidy(&directory, self.keep)?;
        counter!(SNAPSHOTS, "result" => "written").increment(1);
        if std::mem::take(&mut self.failing) {
            tracing::info!(%swarm, "snapshots are written again");
        }
        Ok(self.every)
    }

    /// Says once that it fails; returns when to try again.
    fn failed(&mut self, swarm: Option<&SwarmName>, error: &WriteError) -> Duration {
        counter!(SNAPSHOTS, "result" => "failed").increment(1);
        if !std::mem::replace(&mut self.failing, true) {
            let swarm = swarm.map_or("", SwarmName::as_str);
            tracing::warn!(swarm, %error, "a snapshot cannot be written; it is tried again");
        }
        LOOK_AGAIN.min(self.every)
    }
}
