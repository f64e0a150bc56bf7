//! Records as `lua/snapshot_write.lua` takes them.

use waggle_core::{Call, Codec, Error};

use super::{
    format::{AgentLine, InboxLine, MessageLine, QueueLine, Record, ScheduleLine, StateLine},
    inbox::SHARED,
    task::TaskLine,
};
use crate::{
    limits::{RETENTION_MS_DEFAULT, SNAPSHOT_CALL_BYTES},
    message::MessageHeader,
    model::{Json, MessageId, Stamp, Status},
    queue::rules_text,
    schedule::frame_of as frame_of_schedule,
    state::frame_of,
    store::joined,
};

/// Records a call writes at most: bounds its time in Redis.
const RECORDS: usize = 250;
/// Bytes an argument without a payload may have, more or less.
const SMALL: usize = 16;

/// Arguments of one call.
#[derive(Default)]
pub(super) struct Batch {
    arguments: Vec<Vec<u8>>,
    bytes: usize,
    records: usize,
}

/// What inbox lines need to know of the lines before them.
#[derive(Default)]
pub(super) struct Place {
    agent: String,
    /// Messages of several inboxes, and when they expire.
    shared: std::collections::HashMap<MessageId, Stamp>,
    /// The message of the line before.
    last: Option<(MessageId, Stamp)>,
}

impl Batch {
    pub(super) fn is_full(&self) -> bool {
        self.records >= RECORDS || self.bytes >= SNAPSHOT_CALL_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Appends all arguments to a call.
    pub(super) fn write(&self, call: &mut Call) {
        for argument in &self.arguments {
            call.arg(argument.as_slice());
        }
    }

    /// Adds a record; `exported_at` is the time at which leases ended.
    ///
    /// # Errors
    /// When it cannot be written as it is to be stored.
    pub(super) fn add(
        &mut self,
        record: Record,
        place: &mut Place,
        exported_at: Stamp,
        codec: &Codec,
    ) -> Result<(), Error> {
        match record {
            Record::Former(former) => {
                self.text("f").text(former.name.as_str()).number(former.ended_at.0);
            }
            Record::Agent(agent) => {
                place.agent = agent.name.to_string();
                self.agent(&agent);
            }
            Record::Message(message) => {
                place.last = Some((message.id, message.expires_at));
                if message.shared {
                    place.shared.insert(message.id, message.expires_at);
                }
                self.message(message, codec)?;
            }
            Record::Inbox(entry) => self.inbox(&entry, place),
            Record::Deleted(deleted) => {
                self.text("d").text(deleted.key.as_str()).number(deleted.version);
            }
            Record::State(state) => self.state(&state, codec),
            Record::StateVersion(version) => {
                self.text("v").number(version);
            }
            Record::Queue(queue) => self.queue(&queue)?,
            Record::Schedule(schedule) => self.schedule(&schedule, codec)?,
            Record::Task(task) => self.task(&task.without_lease(exported_at), codec)?,
            Record::End(_) => return Ok(()),
        }
        self.records += 1;
        Ok(())
    }

    fn agent(&mut self, agent: &AgentLine) {
        let metadata = agent.metadata.as_ref().map_or("", Json::as_str).to_owned();
        let mut fields = vec![
            ("ca", agent.capacity.to_string()),
            ("cb", joined(&agent.capabilities)),
            ("tt", agent.ttl_ms.to_string()),
            ("md", metadata),
            ("il", agent.inbox_limit.to_string()),
            ("ra", agent.registered_at.0.to_string()),
            ("ls", agent.last_seen_at.0.to_string()),
        ];
        let counts = [
            ("ok", agent.completed),
            ("ko", agent.failed),
            ("ex", agent.expired),
            ("ms", agent.worked_ms),
            ("sq", agent.last_seq),
            ("ut", agent.usage.tokens),
            ("uu", agent.usage.usd_micros),
            ("uw", agent.usage.wall_ms),
            ("dr", agent.draining.into()),
            ("lo", agent.lost.into()),
        ];
        // What is 0 is left out, as the functions do it.
        fields.extend(
            counts.into_iter().filter(|(_, count)| *count > 0).map(|(f, count)| (f, count.to_string())),
        );
        self.text("a").text(agent.name.as_str()).number(u8::from(agent.lost));
        self.fields(&fields);
        self.number(agent.subscriptions.len());
        for topic in &agent.subscriptions {
            self.text(topic.as_str());
        }
    }

    fn message(&mut self, message: MessageLine, codec: &Codec) -> Result<(), Error> {
        let stamps = format!("{} {} ", message.sent_at.0, message.expires_at.0);
        let header = MessageHeader {
            from: message.from,
            to: message.to,
            kind: message.kind,
            reply_to: message.reply_to,
            correlation_id: message.correlation_id,
        };
        let mut text = stamps.into_bytes();
        serde_json::to_writer(&mut text, &header)
            .map_err(|error| Error::Internal { detail: format!("the header of a message: {error}") })?;
        text.push(b'\n');
        if let Some(body) = message.body.filter(|body| !body.is_null()) {
            codec.encode_into(body.as_bytes(), &mut text);
        }
        self.text("m").id(message.id).bytes(text);
        Ok(())
    }

    fn inbox(&mut self, entry: &InboxLine, place: &mut Place) {
        let shared = place.shared.get(&entry.message).copied();
        let own = place.last.take().filter(|(id, _)| *id == entry.message).map(|(_, expires_at)| expires_at);
        let expires_at = shared.or(own).unwrap_or(Stamp(0));
        let id = entry.message.to_string();
        let member = if shared.is_some() { format!("{id}{SHARED}") } else { id.clone() };
        let agent = place.agent.clone();
        self.text("i").text(&agent).number(entry.seq).text(&member).text(&id).number(expires_at.0);
    }

    fn state(&mut self, state: &StateLine, codec: &Codec) {
        let expires_at = state.expires_at.map_or(0, |stamp| stamp.0);
        let writer = state.updated_by.as_ref().map_or("-", |agent| agent.as_str());
        let mut text =
            format!("{} {} {expires_at} {writer}\n", state.version, state.updated_at.0).into_bytes();
        text.extend_from_slice(&frame_of(&state.value, codec));
        self.text("s").text(state.key.as_str()).number(state.version).number(expires_at).bytes(text);
    }

    fn queue(&mut self, queue: &QueueLine) -> Result<(), Error> {
        let rules = rules_text(&queue.settings, queue.paused, queue.draining)?;
        self.text("q").text(queue.name.as_str()).text(&rules);
        Ok(())
    }

    fn schedule(&mut self, schedule: &ScheduleLine, codec: &Codec) -> Result<(), Error> {
        let mut fields = vec![("vn", "1".to_owned()), ("cr", schedule.created_at.0.to_string())];
        let counts =
            [("rn", schedule.runs), ("sk", schedule.skipped), ("of", schedule.next_run_at.is_none().into())];
        fields.extend(counts.into_iter().filter(|(_, n)| *n > 0).map(|(field, n)| (field, n.to_string())));
        fields.extend(schedule.last_run_at.map(|at| ("la", at.0.to_string())));
        fields.extend(schedule.last_task.map(|id| ("ta", id.to_string())));
        let due = schedule.next_run_at.map_or_else(String::new, |at| at.0.to_string());
        self.text("c")
            .text(schedule.name.as_str())
            .bytes(frame_of_schedule(&schedule.said, codec)?)
            .text(&due);
        self.fields(&fields);
        Ok(())
    }

    fn task(&mut self, task: &TaskLine, codec: &Codec) -> Result<(), Error> {
        let submit = task.resubmit();
        let (spec, bare) = submit.encode(codec)?;
        let score = match task.status {
            Status::Scheduled => task.due_at().map(|due| due.0),
            Status::InputRequired => task.asked_at.map(|asked| asked.0),
            Status::Blocked => Some(task.created_at.0),
            status if status.is_finished() => {
                let retention =
                    i64::try_from(task.retention_ms.unwrap_or(RETENTION_MS_DEFAULT)).unwrap_or(i64::MAX);
                task.finished_at.map(|finished| finished.0.saturating_add(retention))
            }
            _ => None,
        };
        self.text("t").id(task.id).text(&submit.stamps()).text(&spec.header).bytes(spec.rest).text(&bare);
        self.text(task.status.as_str()).text(&score.map_or_else(String::new, |score| score.to_string()));
        self.fields(&state_of(task));
        self.frame(task.outcome.as_ref(), codec).frame(task.progress.as_ref(), codec);
        self.number(task.attempts.len());
        for attempt in &task.attempts {
            self.bytes(attempt.kept().encode(codec));
        }
        let asked = task.input.as_ref().map(|asked| asked.encode(codec)).transpose()?;
        self.bytes(asked.unwrap_or_default());
        self.fields(&task.usage.map_or_else(Vec::new, |sums| sums.fields()));
        let waits = if task.status.is_finished() { Vec::new() } else { submit.task.dependencies() };
        self.text(&waits.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        Ok(())
    }

    fn fields(&mut self, fields: &[(&str, String)]) {
        self.number(fields.len());
        for (field, value) in fields {
            self.text(field).text(value);
        }
    }

    fn frame(&mut self, value: Option<&Json>, codec: &Codec) -> &mut Self {
        let value = value.filter(|value| !value.is_null());
        self.bytes(value.map_or_else(Vec::new, |value| codec.encode(value.as_bytes())))
    }

    fn id(&mut self, id: impl std::fmt::Display) -> &mut Self {
        self.text(&id.to_string())
    }

    fn number(&mut self, number: impl std::fmt::Display) -> &mut Self {
        self.text(&number.to_string())
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes().to_vec())
    }

    fn bytes(&mut self, bytes: Vec<u8>) -> &mut Self {
        self.bytes += bytes.len() + SMALL;
        self.arguments.push(bytes);
        self
    }
}

/// The state hash of a task; none where nothing has happened to it.
fn state_of(task: &TaskLine) -> Vec<(&'static str, String)> {
    let stamp = |stamp: Option<Stamp>| stamp.map(|stamp| stamp.0.to_string());
    let count = |count: u64| (count > 0).then(|| count.to_string());
    let untouched = if task.submitted_for.is_some() { Status::Scheduled } else { Status::Ready };
    let fields = [
        ("at", count(task.attempt.into())),
        ("fe", count(task.fence)),
        ("ag", task.holder.as_ref().map(ToString::to_string)),
        ("sa", stamp(task.started_at)),
        ("fa", stamp(task.finished_at)),
        ("ra", stamp(task.run_at)),
        ("cr", count(task.cancel_requested.into())),
        ("cc", count(task.crashes)),
        (
            "un",
            task.assigned.as_ref().map(|agent| format!("@{agent}")).or_else(|| count(task.adopted.into())),
        ),
        ("ao", task.ended_as.map(|outcome| outcome.as_str().to_owned())),
        ("dp", count(task.depth)),
        ("fl", task.in_budget.then(|| "b".to_owned())),
        ("ia", stamp(task.asked_at)),
        ("bq", task.asked_for_budget_of.map(|id| id.to_string())),
    ];
    let mut fields: Vec<_> = fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
    if !fields.is_empty() || task.status != untouched {
        fields.push(("st", task.status.as_str().to_owned()));
    }
    fields
}
