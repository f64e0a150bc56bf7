//! A task as the audit reads it: `lua/audit_tasks.lua`.

use std::collections::HashMap;

use bytes::Bytes;
use serde::Deserialize;
use waggle_core::{Call, Error, Redis};

use super::{
    kind::canonical,
    pages::{number, text},
};
use crate::{
    keys,
    library::function,
    limits::{ATTEMPTS_DEFAULT, PRIORITY_DEFAULT, RETENTION_MS_DEFAULT},
    model::{AgentName, QueueName, Status, TaskId},
    store::{DEADLINE_HOLDS, Reader},
};

const FUNCTION: &str = function!("audit_tasks");
/// Tasks a call reads.
const TASKS: usize = 200;
/// Calls a round trip makes.
const CALLS: usize = 8;

/// What the header of a spec says that matters here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Header {
    q: Option<String>,
    p: Option<u8>,
    a: Option<i64>,
    r: Option<i64>,
    c: Option<String>,
    g: Option<String>,
    d: Option<String>,
    k: Option<String>,
    f: Option<String>,
    t: Option<i64>,
    e: Option<i64>,
    y: Option<String>,
    x: Option<String>,
    o: Option<String>,
}

/// A task as it is stored.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) id: TaskId,
    pub(super) queue: String,
    /// The ready list it belongs into, behind the root.
    pub(super) list: String,
    pub(super) max_attempts: i64,
    pub(super) retention_ms: i64,
    pub(super) dedup_key: Option<String>,
    /// Stands for its concurrency key.
    pub(super) concurrency: Option<String>,
    /// Stands for its fairness key.
    pub(super) fairness: Option<String>,
    pub(super) status: Status,
    pub(super) timeout_ms: Option<i64>,
    /// Absent where it has been taken off.
    pub(super) deadline: Option<i64>,
    /// The sets of its type, its tags and its parent, behind the root.
    pub(super) attributes: Vec<String>,
    /// The task that it belongs to.
    pub(super) parent: Option<TaskId>,
    /// The agent that alone may claim it.
    pub(super) pinned: Option<String>,
    /// The agent that its spec names.
    named: Option<String>,
    /// As the spec says.
    run_at: Option<i64>,
    state: HashMap<String, Bytes>,
}

/// What is stored under an id.
#[derive(Debug)]
pub(super) enum Found {
    Task(Box<Record>),
    /// Forgotten since its key was met.
    Gone,
    Unreadable(&'static str),
}

impl Record {
    /// A field of the state.
    pub(super) fn field(&self, name: &str) -> Option<&Bytes> {
        self.state.get(name).filter(|value| !value.is_empty())
    }

    /// A number of the state; 0 where it is absent.
    pub(super) fn number(&self, name: &str) -> i64 {
        self.field(name).map_or(0, number)
    }

    /// Whether what is said of whom it is pinned to can be: `1` for anybody, `@` and an agent, or nothing.
    pub(super) fn has_a_proper_pin(&self) -> bool {
        let agent = |pin: &str| pin.strip_prefix('@').is_some_and(|name| name.parse::<AgentName>().is_ok());
        pin_of(&self.state).is_none_or(|pin| pin == "1" || agent(pin))
    }

    /// Who held it last, or else the agent that its spec names.
    pub(super) fn last_agent(&self) -> Option<String> {
        self.field("ag").map(text).or_else(|| self.named.clone())
    }

    /// Whether it uses something beyond the usual, by its letter.
    pub(super) fn has_flag(&self, flag: char) -> bool {
        self.field("fl").is_some_and(|flags| flags.contains(&(flag as u8)))
    }

    /// When it becomes ready, while it is scheduled.
    pub(super) fn due_at(&self) -> Option<i64> {
        self.field("ra").map(number).or(self.run_at)
    }

    fn of(id: TaskId, line: &Bytes, state: HashMap<String, Bytes>) -> Result<Self, &'static str> {
        let line = str::from_utf8(line).map_err(|_| "the spec is not UTF-8")?;
        let (stamps, header) = line.split_once(' ').ok_or("the spec has no header")?;
        let header: Header =
            serde_json::from_str(header).map_err(|_| "the header is not the JSON it should be")?;
        let run_at = run_at(stamps).ok_or("the spec does not begin with times")?;
        let status = match state.get("st") {
            Some(word) => {
                str::from_utf8(word).ok().and_then(|word| word.parse().ok()).ok_or("an unknown state")?
            }
            None if run_at.is_some() => Status::Scheduled,
            None => Status::Ready,
        };
        let flags = state.get("fl").map(text).unwrap_or_default();
        let queue = header.q.clone().unwrap_or_else(|| QueueName::DEFAULT.to_owned());
        Ok(Self {
            id,
            list: header.list(&queue, pin_of(&state)),
            attributes: header.attributes(),
            parent: header.o.as_deref().and_then(canonical),
            pinned: header.pinned(pin_of(&state)).map(str::to_owned),
            named: header.g.clone(),
            queue,
            max_attempts: header.a.unwrap_or_else(|| ATTEMPTS_DEFAULT.into()),
            retention_ms: header.r.unwrap_or(i64::try_from(RETENTION_MS_DEFAULT).unwrap_or(i64::MAX)),
            dedup_key: header.d,
            concurrency: header.k,
            fairness: header.f,
            timeout_ms: header.t,
            deadline: header.e.filter(|_| flags.contains(DEADLINE_HOLDS)),
            status,
            run_at,
            state,
        })
    }
}

impl Header {
    fn attributes(&self) -> Vec<String> {
        let tags = self.x.iter().flat_map(|tags| tags.split(',')).map(|tag| ('g', tag));
        let others = [('t', &self.y), ('p', &self.o)];
        let others =
            others.into_iter().filter_map(|(kind, value)| value.as_deref().map(|value| (kind, value)));
        others.chain(tags).map(|(kind, value)| keys::index("", kind, value)).collect()
    }

    fn pinned<'a>(&'a self, pin: Option<&'a str>) -> Option<&'a str> {
        pin.map_or(self.g.as_deref(), |pin| pin.strip_prefix('@'))
    }

    fn list(&self, queue: &str, pin: Option<&str>) -> String {
        let priority = self.p.unwrap_or(PRIORITY_DEFAULT);
        let capabilities = self.c.as_deref().unwrap_or_default();
        match self.pinned(pin) {
            Some(agent) => format!("k:{queue}@{agent}:{priority}/{capabilities}"),
            None if self.c.is_some() => format!("k:{queue}:{priority}/{capabilities}"),
            None => format!("r{priority}:{queue}"),
        }
    }
}

/// What the state says of whom a task is pinned to.
fn pin_of(state: &HashMap<String, Bytes>) -> Option<&str> {
    state.get("un").map(|pin| str::from_utf8(pin).unwrap_or_default())
}

/// `<created_at>.<microseconds>[,<run_at>]`; what was restored has no microseconds.
fn run_at(stamps: &str) -> Option<Option<i64>> {
    let (created, run) = stamps.split_once(',').map_or((stamps, None), |(created, run)| (created, Some(run)));
    created.split('.').try_for_each(|number| number.parse::<i64>().map(drop)).ok()?;
    match run {
        Some(run) => run.parse().ok().map(Some),
        None => Some(None),
    }
}

/// Reads tasks, some hundred in a round trip.
pub(super) async fn read(
    redis: &Redis,
    root: &str,
    ids: &[TaskId],
    mut each: impl FnMut(TaskId, Found),
) -> Result<(), Error> {
    for ids in ids.chunks(TASKS * CALLS) {
        let calls = ids.chunks(TASKS).map(|ids| call(root, ids)).collect();
        let replies = redis.call_all(calls).await;
        for (ids, reply) in ids.chunks(TASKS).zip(replies) {
            let mut reply = Reader::new(FUNCTION, reply?)?;
            for id in ids {
                each(*id, found(*id, reply.array()?)?);
            }
        }
    }
    Ok(())
}

fn call(root: &str, ids: &[TaskId]) -> Call {
    let mut call = Call::read_only(FUNCTION, root);
    let mut buffer = [0; 36];
    for id in ids {
        call.arg(id.encode(&mut buffer));
    }
    call
}

fn found(id: TaskId, mut reply: Reader) -> Result<Found, Error> {
    let line = reply.bytes()?.unwrap_or_default();
    let mut state = HashMap::with_capacity(reply.remaining() / 2);
    while reply.remaining() > 1 {
        let field = reply.text()?;
        state.insert(field, reply.bytes()?.unwrap_or_default());
    }
    if line.is_empty() {
        return Ok(Found::Gone);
    }
    Ok(Record::of(id, &line, state).map_or_else(Found::Unreadable, |record| Found::Task(Box::new(record))))
}
