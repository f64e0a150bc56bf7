//! What a line of a snapshot may say after those before it.

use std::collections::HashSet;

use super::{
    end::{Counts, End},
    format::{
        AgentLine, DeletedLine, FormerLine, InboxLine, MessageLine, QueueLine, Record, ScheduleLine,
        StateLine,
    },
    task::TaskLine,
};
use crate::{
    limits::{
        AGENT_CAPACITY_MAX, AGENT_TTL_MS_MAX, CAPABILITIES, COUNT_MAX, FORMER_AGENTS, INBOX_MESSAGES_MAX,
        MESSAGE_BYTES, METADATA_BYTES, SCHEDULES, STATE_KEYS, STATE_TOMBSTONES, STATE_VALUE_BYTES,
        SUBSCRIPTIONS, TTL_MS_MIN,
    },
    model::{AgentName, Json, MessageId, QueueName, ScheduleName, Stamp, StateKey, scan},
};

/// The order in which the kinds of lines come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    #[default]
    Former,
    Agents,
    Deleted,
    State,
    Queues,
    Schedules,
    Tasks,
    End,
}

/// What has been seen of the lines so far.
#[derive(Debug, Default)]
pub(super) struct Records {
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
}

/// The agent to which inbox lines belong.
#[derive(Debug)]
struct Agent {
    name: AgentName,
    last_seq: u64,
    seq: u64,
    inbox: u64,
}

impl Records {
    /// The next line that is not the last.
    pub(super) fn record(&mut self, record: &Record) -> Result<(), String> {
        self.counts.note(record);
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

    /// The last line, where `digest` is that of the lines before it.
    pub(super) fn end(&mut self, end: &End, digest: &str) -> Result<(), String> {
        self.nobody_waits()?;
        unless(
            end.counts != self.counts,
            "the counts are not those of the lines before: some are missing or too many",
        )?;
        unless(end.digest != digest, "the digest is not that of the lines before: the file was changed")?;
        unless(self.version.is_none(), "there was no line with the last version of the state")?;
        self.part = Part::End;
        Ok(())
    }

    /// Whether the last line has come.
    pub(super) fn are_over(&self) -> bool {
        self.part == Part::End
    }

    pub(super) const fn counts(&self) -> Counts {
        self.counts
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

    fn task(&self, task: &TaskLine) -> Result<(), String> {
        task.check()?;
        scanned([&task.payload, &task.metadata, &task.outcome, &task.progress].map(Option::as_ref))?;
        timely(&task.stamps().collect::<Vec<_>>())
    }
}

fn unless(broken: bool, problem: &str) -> Result<(), String> {
    if broken { Err(problem.to_owned()) } else { Ok(()) }
}

/// Raw values are looked at on their own: `serde_json` lets things pass in them that no reader could hold.
pub(super) fn scanned<'a>(values: impl IntoIterator<Item = Option<&'a Json>>) -> Result<(), String> {
    values.into_iter().flatten().try_for_each(|json| scan(json.as_bytes())).map_err(|error| error.to_string())
}

/// Times are scores of sorted sets, and have to be written as they were read.
pub(super) fn timely(stamps: &[Option<Stamp>]) -> Result<(), String> {
    /// The end of the year 9999.
    const LATEST: i64 = 253_402_300_799_999;
    let in_range = stamps.iter().flatten().all(|stamp| (0..=LATEST).contains(&stamp.0));
    unless(!in_range, "a time is out of range")
}
