//! Reads a swarm for a snapshot, page by page: `lua/snapshot_swarm.lua` and those beside it.

use std::collections::HashSet;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Sender;
use waggle_core::{Call, Error as RedisError, Value};

use super::{
    end::{Counts, End, hex},
    format::{DeletedLine, FormerLine, QueueLine, Record, StateLine},
    header::Header,
    patience::{Patience, call_patiently},
    task::TaskLine,
};
use crate::{
    Error, TaskQueue,
    library::function,
    migrate::Walk,
    model::{MessageId, Stamp, StateKey, SwarmName, TaskId},
    queue::Said,
    schedule::Scheduled,
    state::read_entry,
    store::Reader,
    swarm::described,
    task::root,
};

const SWARM: &str = function!("snapshot_swarm");
const TASKS: &str = function!("snapshot_tasks");
const FORMER: &str = function!("snapshot_former");
const STATE: &str = function!("snapshot_state");
const SCHEDULES: &str = function!("schedule_list");
const QUEUES: &str = function!("queue_list");
const DELETED: &str = function!("snapshot_deleted");

/// Records one call reads; what they may have in bytes bounds it as well.
pub(super) const PAGE: usize = 200;
/// Bytes that are gathered before they are handed on.
const CHUNK: usize = 256 * 1_024;
/// What a snapshot's reader gets: pages of lines, or why there will be no more of them.
pub type Page = Result<Bytes, Error>;

/// A snapshot that is about to be made.
pub struct Export {
    pub(super) queue: TaskQueue,
    swarm: SwarmName,
    header: Header,
    node: String,
    pages: Option<Sender<Page>>,
    buffer: Vec<u8>,
    digest: Sha256,
    counts: Counts,
    /// Messages of several inboxes that have been written.
    pub(super) shared: HashSet<MessageId>,
}

/// What ends an export early.
pub(super) enum Stop {
    /// Nobody reads it any more.
    Unread,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<RedisError> for Stop {
    fn from(error: RedisError) -> Self {
        Self::Failed(error.into())
    }
}

impl TaskQueue {
    /// Begins a snapshot of a swarm.
    ///
    /// # Errors
    /// [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn export_swarm(&self, swarm: &SwarmName) -> Result<Export, Error> {
        let head = Head::read(self, swarm).await?;
        let mut header = Vec::new();
        write_line(&mut header, &head.header)?;
        let digest = Sha256::new_with_prefix(&header);
        Ok(Export {
            queue: self.clone(),
            swarm: swarm.clone(),
            header: head.header,
            node: head.node,
            pages: None,
            buffer: header,
            digest,
            counts: Counts::default(),
            shared: HashSet::new(),
        })
    }
}

impl Export {
    /// When the snapshot was begun.
    pub fn exported_at(&self) -> Stamp {
        self.header.exported_at
    }

    /// Sends the snapshot to `pages`, one page in memory; ends when nobody reads it any more. A failure is sent as the last
    /// page.
    pub async fn send(mut self, pages: Sender<Page>) {
        self.pages = Some(pages.clone());
        if let Err(Stop::Failed(error)) = self.write().await {
            // A reader that is gone has not waited for it.
            let _unread = pages.send(Err(error)).await;
        }
    }

    async fn write(&mut self) -> Result<(), Stop> {
        self.former().await?;
        self.agents().await?;
        self.deleted().await?;
        self.state().await?;
        self.queues().await?;
        self.schedules().await?;
        self.tasks().await?;
        // A walk over the keys of one process says nothing of those of another one.
        let head = Head::read(&self.queue, &self.swarm).await?;
        if head.node != self.node {
            return Err(interrupted("another Redis answers than at the start"));
        }
        let digest = hex(&std::mem::take(&mut self.digest).finalize());
        let end = Record::End(End { counts: self.counts, digest });
        write_line(&mut self.buffer, &end)?;
        self.flush().await
    }

    async fn former(&mut self) -> Result<(), Stop> {
        let mut from = 0;
        loop {
            let mut call = self.call(FORMER);
            call.arg(from).arg(PAGE);
            let mut reply = self.read(FORMER, call).await?;
            if reply.remaining() == 0 {
                return Ok(());
            }
            while reply.remaining() > 1 {
                from += 1;
                let name = reply.text()?.parse();
                let name = name.map_err(|_| reply.broken("an agent without a proper name"))?;
                let ended_at = Stamp(reply.integer()?);
                self.line(&Record::Former(FormerLine { name, ended_at })).await?;
            }
        }
    }

    /// Before the keys that are there: one that is in both was made again.
    async fn deleted(&mut self) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            let mut call = self.call(DELETED);
            call.arg(after).arg(PAGE);
            let mut reply = self.read(DELETED, call).await?;
            if reply.remaining() == 0 {
                return Ok(());
            }
            while reply.remaining() > 1 {
                let key = key(&mut reply)?;
                let version = u64::try_from(reply.integer()?).unwrap_or(0);
                after = version;
                self.line(&Record::Deleted(DeletedLine { key, version })).await?;
            }
        }
    }

    async fn state(&mut self) -> Result<(), Stop> {
        let mut after = String::new();
        loop {
            let mut call = self.call(STATE);
            call.arg(after.as_str()).arg(PAGE);
            let mut reply = self.read(STATE, call).await?;
            if reply.remaining() == 0 {
                break;
            }
            while reply.remaining() > 1 {
                let key = key(&mut reply)?;
                after = key.to_string();
                let Some(stored) = reply.bytes()? else { continue };
                let entry = read_entry(STATE, key, &stored, &self.queue.inner.codec)?;
                self.line(&Record::State(StateLine::from(entry))).await?;
            }
        }
        // Read after all of them, so that none has a higher one.
        let head = Head::read(&self.queue, &self.swarm).await?;
        self.line(&Record::StateVersion(head.state_version)).await
    }

    async fn queues(&mut self) -> Result<(), Stop> {
        let mut after = String::new();
        loop {
            let mut call = self.call(QUEUES);
            call.arg(after.as_str()).arg(PAGE);
            let mut reply = self.read(QUEUES, call).await?;
            after = reply.text()?;
            let _now = reply.integer()?;
            while reply.remaining() > 0 {
                if let Some(line) = said_of_queue(reply.array()?)? {
                    self.line(&Record::Queue(Box::new(line))).await?;
                }
            }
            if after.is_empty() {
                return Ok(());
            }
        }
    }

    async fn schedules(&mut self) -> Result<(), Stop> {
        let mut after = String::new();
        loop {
            let mut call = self.call(SCHEDULES);
            call.arg(after.as_str()).arg(PAGE);
            let mut reply = self.read(SCHEDULES, call).await?;
            let _now = reply.integer()?;
            after = reply.text()?;
            while reply.remaining() > 0 {
                let scheduled = Scheduled::read(SCHEDULES, reply.value()?, &self.queue.inner.codec)?;
                if let Some(scheduled) = scheduled {
                    self.line(&Record::Schedule(Box::new(scheduled.into()))).await?;
                }
            }
            if after.is_empty() {
                return Ok(());
            }
        }
    }

    async fn tasks(&mut self) -> Result<(), Stop> {
        let root = root(&self.swarm);
        let prefix = format!("{root}t:");
        let mut walk = Walk::matching(&root, format!("{prefix}*"));
        while let Some(names) = self.walked(&mut walk).await? {
            let id = |name: &Bytes| str::from_utf8(name.strip_prefix(prefix.as_bytes())?).ok()?.parse().ok();
            let ids: Vec<TaskId> = names.iter().filter_map(id).collect();
            let mut left = ids.as_slice();
            while !left.is_empty() {
                let read = self.page_of_tasks(&left[..left.len().min(PAGE)]).await?;
                left = &left[read..];
            }
        }
        Ok(())
    }

    async fn walked(&self, walk: &mut Walk) -> Result<Option<Vec<Bytes>>, Error> {
        let mut patience = Patience::new();
        loop {
            // A step that failed is taken again from where it began.
            match walk.names(&self.queue.inner.redis).await {
                Ok(names) => return Ok(names),
                Err(error) => patience.after(error).await?,
            }
        }
    }

    /// Returns how many were read.
    async fn page_of_tasks(&mut self, ids: &[TaskId]) -> Result<usize, Stop> {
        let mut call = self.call(TASKS);
        for id in ids {
            call.arg(id.encode(&mut [0; 36]));
        }
        let mut reply = self.read(TASKS, call).await?;
        let read = reply.remaining().clamp(1, ids.len());
        while reply.remaining() > 0 {
            let record = reply.value()?;
            // Forgotten since its key was met.
            if matches!(record, Value::Nil | Value::Boolean(false)) {
                continue;
            }
            let task = TaskLine::read(Reader::new(TASKS, record)?, &self.queue.inner.codec)?;
            self.line(&Record::Task(Box::new(task))).await?;
        }
        Ok(read)
    }

    pub(super) fn call(&self, function: &str) -> Call {
        Call::read_only(function, &root(&self.swarm))
    }

    pub(super) async fn read(&self, function: &'static str, call: Call) -> Result<Reader, Error> {
        let reply = call_patiently(&self.queue, &self.swarm, call).await?;
        Ok(Reader::new(function, reply)?)
    }

    pub(super) async fn line(&mut self, record: &Record) -> Result<(), Stop> {
        let start = self.buffer.len();
        write_line(&mut self.buffer, record)?;
        self.digest.update(&self.buffer[start..]);
        self.counts.note(record);
        if self.buffer.len() < CHUNK { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), Stop> {
        let page = Bytes::from(std::mem::take(&mut self.buffer));
        let Some(pages) = &self.pages else { return Ok(()) };
        pages.send(Ok(page)).await.map_err(|_| Stop::Unread)
    }
}

/// What is said of the swarm, and which process said so.
struct Head {
    header: Header,
    state_version: u64,
    node: String,
}

impl Head {
    async fn read(queue: &TaskQueue, swarm: &SwarmName) -> Result<Self, Error> {
        let reply = call_patiently(queue, swarm, Call::read_only(SWARM, &root(swarm))).await?;
        let mut reply = Reader::new(SWARM, reply)?;
        let now = Stamp(reply.integer()?);
        let state_version = reply.bytes()?.and_then(|text| str::from_utf8(&text).ok()?.parse().ok());
        let node = reply.text()?;
        let said = described(swarm, reply.array()?)?;
        Ok(Self { header: Header::of(said, now), state_version: state_version.unwrap_or(0), node })
    }
}

fn key(reply: &mut Reader) -> Result<StateKey, RedisError> {
    reply.text()?.parse().map_err(|_| reply.broken("a state key that is none"))
}

fn write_line(buffer: &mut Vec<u8>, line: &impl serde::Serialize) -> Result<(), RedisError> {
    let start = buffer.len();
    serde_json::to_writer(&mut *buffer, line)
        .map_err(|error| RedisError::Internal { detail: format!("a line of a snapshot: {error}") })?;
    // A line break in a raw value stands between its tokens, where a space means the same.
    for byte in &mut buffer[start..] {
        if matches!(*byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    buffer.push(b'\n');
    Ok(())
}

fn interrupted(why: &str) -> Stop {
    Stop::Failed(Error::Redis(RedisError::Unavailable { detail: format!("the snapshot broke off: {why}") }))
}

/// The line of a queue of which something is said.
fn said_of_queue(record: Reader) -> Result<Option<QueueLine>, Error> {
    let said = Said::read(record)?;
    let line = |(settings, paused, draining)| QueueLine { name: said.name, paused, draining, settings };
    Ok(said.rules.map(line))
}
