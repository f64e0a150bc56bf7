//! Looks at every line of a snapshot before anything of it is written.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{
    circles::Circles,
    end::{Counts, End},
    format::{
        AgentLine, DeletedLine, FormerLine, InboxLine, MessageLine, QueueLine, Record, ScheduleLine,
        StateLine,
    },
    header::{AnyHeader, Header, VERSION},
    task::TaskLine,
};
use crate::{
    limits::{
        AGENT_CAPACITY_MAX, AGENT_TTL_MS_MAX, CAPABILITIES, COUNT_MAX, FORMER_AGENTS, INBOX_MESSAGES_MAX,
        MESSAGE_BYTES, METADATA_BYTES, SCHEDULES, SNAPSHOT_LINE_BYTES, STATE_KEYS, STATE_TOMBSTONES,
        STATE_VALUE_BYTES, SUBSCRIPTIONS, TTL_MS_MIN,
    },
    model::{AgentName, Json, MessageId, QueueName, ScheduleName, Stamp, StateKey, scan},
};

/// Bytes that are told of what is wrong.
const PROBLEM_BYTES: usize = 512;

/// What is wrong with a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the snapshot: {problem}; nothing was changed")]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: String,
}

/// A snapshot in which nothing is wrong.
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) header: Header,
    pub(super) counts: Counts,
}

/// The order in which the kinds of lines come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Former,
    Agents,
    Deleted,
    State,
    Queues,
    Schedules,
    Tasks,
    End,
}

/// A look at a snapshot, line by line.
///
/// Remembers the longest line, the ids of messages, and who waits for whom.
#[derive(Debug)]
pub struct Check {
    line: u64,
    rest: Vec<u8>,
    digest: Sha256,
    header: Option<Header>,
    part: Part,
    counts: Counts,
    agent: Option<Agent>,
    messages: HashSet<MessageId>,
    shared: HashSet<MessageId>,
    /// The message of the line before.
    waiting: Option<MessageId>,
    deleted: u64,
    key: Option<StateKey>,
    highest: u64,
    version: Option<u64>,
    queue: Option<QueueName>,
    schedule: Option<ScheduleName>,
    circles: Circles,
}

/// The agent to which inbox lines belong.
#[derive(Debug)]
struct Agent {
    name: AgentName,
    last_seq: u64,
    seq: u64,
    inbox: u64,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            line: 0,
            rest: Vec::new(),
            digest: Sha256::new(),
            header: None,
            part: Part::Former,
            counts: Counts::default(),
            agent: None,
            messages: HashSet::new(),
            shared: HashSet::new(),
            waiting: None,
            deleted: 0,
            key: None,
            highest: 0,
            version: None,
            queue: None,
            schedule: None,
            circles: Circles::default(),
        }
    }
}

impl Check {
    /// Looks at the next bytes, wherever they were cut.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end + 1);
            bytes = rest;
            self.check_length(line)?;
            if self.rest.is_empty() {
                self.line(line)?;
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&whole)?;
                whole.clear();
                self.rest = whole;
            }
        }
        self.check_length(bytes)?;
        self.rest.extend_from_slice(bytes);
        Ok(())
    }

    /// Nothing more comes.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn finish(mut self) -> Result<Checked, Broken> {
        if !self.rest.is_empty() {
            let last = std::mem::take(&mut self.rest);
            self.line(&last)?;
        }
        match self.header.take() {
            Some(header) if self.part == Part::End => Ok(Checked { header, counts: self.counts }),
            _ => {
                self.line += 1;
                Err(self.broken("it ends here, before its last line: it was cut off"))
            }
        }
    }

    fn check_length(&mut self, more: &[u8]) -> Result<(), Broken> {
        if self.rest.len() + more.len() <= SNAPSHOT_LINE_BYTES {
            return Ok(());
        }
        self.line += 1;
        Err(self.broken(format!("has more than {SNAPSHOT_LINE_BYTES} bytes")))
    }

    fn line(&mut self, text: &[u8]) -> Result<(), Broken> {
        self.line += 1;
        if self.header.is_none() {
            self.header = Some(self.read_header(text)?);
            self.digest.update(text);
            return Ok(());
        }
        if self.part == Part::End {
            return Err(self.broken("stands behind the last line"));
        }
        let record: Record = self.read(text)?;
        if let Record::End(end) = &record {
            return self.end(end);
        }
        self.digest.update(text);
        self.counts.note(&record);
        self.record(&record).map_err(|problem| self.broken(problem))
    }

    fn read_header(&self, text: &[u8]) -> Result<Header, Broken> {
        let any: AnyHeader = self.read(text)?;
        if any.waggle_snapshot != VERSION {
            return Err(self.broken(format!(
                "is a snapshot of version {}, and this program reads version {VERSION}",
                any.waggle_snapshot
            )));
        }
        let header: Header = self.read(text)?;
        let stamps = [Some(header.exported_at), header.created_at];
        let checked = scanned([header.metadata.as_ref()]).and_then(|()| timely(&stamps));
        checked.map_err(|problem| self.broken(problem))?;
        header.said().check().map_err(|invalid| self.broken(invalid.to_string()))?;
        Ok(header)
    }

    fn read<T: serde::de::DeserializeOwned>(&self, text: &[u8]) -> Result<T, Broken> {
        // `serde` would take an array for the fields of an object in their order.
        if text.first() != Some(&b'{') {
            return Err(self.broken("is not a JSON object"));
        }
        serde_json::from_slice(text).map_err(|error| self.broken(in_one_line(&error)))
    }

    fn broken(&self, problem: impl Into<String>) -> Broken {
        let mut problem: String = problem.into();
        // A line may hold anything, and what is wrong with it may be told with its own words.
        problem.truncate(problem.floor_char_boundary(PROBLEM_BYTES));
        Broken { line: self.line, problem }
    }

    fn end(&mut self, end: &End) -> Result<(), Broken> {
        self.nobody_waits().map_err(|problem| self.broken(problem))?;
        let digest = hex(&std::mem::take(&mut self.digest).finalize());
        if end.counts != self.counts {
            return Err(
                self.broken("the counts are not those of the lines before: some are missing or too many")
            );
        }
        if end.digest != digest {
            return Err(self.broken("the digest is not that of the lines before: the file was changed"));
        }
        if self.version.is_none() {
            return Err(self.broken("there was no line with the last version of the state"));
        }
        if let Some((line, problem)) = std::mem::take(&mut self.circles).find() {
            self.line = line;
            return Err(self.broken(problem));
        }
        self.part = Part::End;
        Ok(())
    }

    fn record(&mut self, record: &Record) -> Result<(), String> {
        if !matches!(record, Record::Inbox(_)) {
            self.nobody_waits()?;
        }
        self.enter(match record {
            Record::Former(_) => Part::Former,
            Record::Agent(_) | Record::Message(_) | Record::Inbox(_) => Part::Agents,
            Record::Deleted(_) => Part::Deleted,
            Record::State(_) | Record::StateVersion(_) => Part::State,
            Record::Queue(_) => Part::Queues,
            Record::Schedule(_) => Part::Schedules,
            Record::Task(_) | Record::End(_) => Part::Tasks,
        })?;
        match record {
            Record::Former(former) => self.former(former),
            Record::Agent(agent) => self.agent(agent),
            Record::Message(message) => self.message(message),
            Record::Inbox(entry) => self.inbox(entry),
            Record::Deleted(deleted) => self.deleted(deleted),
            Record::State(state) => self.state(state),
            Record::StateVersion(version) => self.state_version(*version),
            Record::Queue(queue) => self.queue(queue),
            Record::Schedule(schedule) => self.schedule(schedule),
            Record::Task(task) => self.task(task),
            Record::End(_) => Ok(()),
        }
    }

    fn nobody_waits(&self) -> Result<(), String> {
        unless(self.waiting.is_some(), "the message before it is in no inbox")
    }

    fn enter(&mut self, part: Part) -> Result<(), String> {
        unless(part < self.part, "stands behind lines that it has to stand before")?;
        self.part = part;
        Ok(())
    }

    fn former(&self, former: &FormerLine) -> Result<(), String> {
        unless(self.counts.former > FORMER_AGENTS, "too many agents that are no more")?;
        timely(&[Some(former.ended_at)])
    }

    fn agent(&mut self, agent: &AgentLine) -> Result<(), String> {
        let before = self.agent.as_ref().map(|agent| &agent.name);
        unless(
            before.is_some_and(|before| *before >= agent.name),
            "agents stand in the order of their names, each once",
        )?;
        let metadata = agent.metadata.as_ref();
        let counts =
            [agent.completed, agent.failed, agent.expired, agent.worked_ms, agent.last_seq].into_iter().max();
        for (holds, problem) in [
            ((1..=AGENT_CAPACITY_MAX).contains(&agent.capacity), "capacity is out of range"),
            (agent.capabilities.len() <= CAPABILITIES, "too many capabilities"),
            ((TTL_MS_MIN..=AGENT_TTL_MS_MAX).contains(&agent.ttl_ms), "ttl_ms is out of range"),
            ((1..=INBOX_MESSAGES_MAX).contains(&agent.inbox_limit), "inbox_limit is out of range"),
            (metadata.is_none_or(Json::is_object), "metadata is not an object"),
            (metadata.is_none_or(|json| json.as_bytes().len() <= METADATA_BYTES), "metadata is too long"),
            (agent.subscriptions.len() as u64 <= SUBSCRIPTIONS, "too many subscriptions"),
            (counts <= Some(COUNT_MAX), "a count is out of range"),
        ] {
            unless(!holds, problem)?;
        }
        self.agent = Some(Agent { name: agent.name.clone(), last_seq: agent.last_seq, seq: 0, inbox: 0 });
        scanned([metadata])?;
        timely(&[Some(agent.registered_at), Some(agent.last_seen_at)])
    }

    fn message(&mut self, message: &MessageLine) -> Result<(), String> {
        unless(!self.messages.insert(message.id), "a message with this id came before")?;
        let body = message.body.as_ref();
        unless(message.to.named() != 1, "it goes to exactly one of agent, topic and swarm")?;
        unless(body.is_some_and(|body| body.as_bytes().len() > MESSAGE_BYTES), "the body is too long")?;
        if message.shared {
            self.shared.insert(message.id);
        }
        self.waiting = Some(message.id);
        scanned([body])?;
        timely(&[Some(message.sent_at), Some(message.expires_at)])
    }

    fn inbox(&mut self, entry: &InboxLine) -> Result<(), String> {
        let known =
            self.waiting.take().map_or(self.shared.contains(&entry.message), |id| id == entry.message);
        unless(!known, "its message is neither the line before nor one that several inboxes share")?;
        let agent = self.agent.as_mut().ok_or("there is no agent before it")?;
        unless(
            entry.seq <= agent.seq || entry.seq > agent.last_seq,
            "seq does not rise, or beyond last_seq",
        )?;
        agent.seq = entry.seq;
        agent.inbox += 1;
        unless(agent.inbox > INBOX_MESSAGES_MAX, "too many messages in one inbox")
    }

    fn deleted(&mut self, deleted: &DeletedLine) -> Result<(), String> {
        unless(self.counts.deleted > STATE_TOMBSTONES, "too many deleted keys")?;
        unless(deleted.version <= self.deleted, "deleted keys stand in the order of their versions")?;
        self.deleted = deleted.version;
        self.counted(deleted.version)
    }

    fn state(&mut self, state: &StateLine) -> Result<(), String> {
        unless(self.counts.state > STATE_KEYS, "too many keys")?;
        let before = self.key.as_ref();
        unless(before.is_some_and(|before| *before >= state.key), "keys stand in their order, each once")?;
        unless(state.value.as_bytes().len() > STATE_VALUE_BYTES, "the value is too long")?;
        self.key = Some(state.key.clone());
        self.counted(state.version)?;
        scanned([Some(&state.value)])?;
        timely(&[Some(state.updated_at), state.expires_at])
    }

    fn counted(&mut self, version: u64) -> Result<(), String> {
        unless(self.version.is_some(), "stands behind the last version of the state")?;
        unless(version == 0 || version > COUNT_MAX, "version is out of range")?;
        self.highest = self.highest.max(version);
        Ok(())
    }

    fn state_version(&mut self, version: u64) -> Result<(), String> {
        unless(self.version.is_some(), "the last version of the state came before")?;
        unless(version < self.highest || version > COUNT_MAX, "is lower than the version of a key")?;
        self.version = Some(version);
        Ok(())
    }

    fn queue(&mut self, queue: &QueueLine) -> Result<(), String> {
        let before = self.queue.as_ref();
        unless(
            before.is_some_and(|before| *before >= queue.name),
            "queues stand in the order of their names, each once",
        )?;
        self.queue = Some(queue.name.clone());
        queue.settings.check().map_err(|invalid| invalid.to_string())
    }

    fn schedule(&mut self, schedule: &ScheduleLine) -> Result<(), String> {
        unless(self.counts.schedules > SCHEDULES, "too many schedules")?;
        let before = self.schedule.as_ref();
        unless(
            before.is_some_and(|before| *before >= schedule.name),
            "schedules stand in the order of their names, each once",
        )?;
        self.schedule = Some(schedule.name.clone());
        schedule.said.clone().check().map_err(|invalid| invalid.to_string())?;
        let counts = schedule.runs.max(schedule.skipped);
        unless(counts > COUNT_MAX, "a count is out of range")?;
        unless(schedule.said.paused && schedule.next_run_at.is_some(), "is paused and due")?;
        let task = &schedule.said.task;
        scanned([task.payload.as_ref(), task.metadata.as_ref()])?;
        timely(&[Some(schedule.created_at), schedule.next_run_at, schedule.last_run_at])
    }

    fn task(&mut self, task: &TaskLine) -> Result<(), String> {
        task.check()?;
        self.circles.note(task, self.line);
        scanned([&task.payload, &task.metadata, &task.outcome, &task.progress].map(Option::as_ref))?;
        timely(&task.stamps().collect::<Vec<_>>())
    }
}

/// The parser has seen one line and calls it the first.
fn in_one_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let said = text.split(" at line ").next().unwrap_or_default();
    format!("{said} (column {})", error.column())
}

fn unless(broken: bool, problem: &str) -> Result<(), String> {
    if broken { Err(problem.to_owned()) } else { Ok(()) }
}

/// Raw values are looked at on their own: `serde_json` lets things pass in them that no reader could hold.
fn scanned<'a>(values: impl IntoIterator<Item = Option<&'a Json>>) -> Result<(), String> {
    values.into_iter().flatten().try_for_each(|json| scan(json.as_bytes())).map_err(|error| error.to_string())
}

/// Times are scores of sorted sets, and have to be written as they were read.
fn timely(stamps: &[Option<Stamp>]) -> Result<(), String> {
    /// The end of the year 9999.
    const LATEST: i64 = 253_402_300_799_999;
    let in_range = stamps.iter().flatten().all(|stamp| (0..=LATEST).contains(&stamp.0));
    unless(!in_range, "a time is out of range")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
