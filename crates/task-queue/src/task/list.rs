//! Lists tasks in pages: `lua/task_list.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    dependencies::size,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    limits::{ANSWER_BYTES, PAGE_DEFAULT, PAGE_MAX},
    model::{AgentName, Invalid, ListQuery, Page, QueueName, Status, SwarmName, Task, TaskFilter, TaskId},
    store::{Reader, stand_in, task_of_record},
};

const FUNCTION: &str = function!("task_list");
/// Tasks one call looks at: bounds its time in Redis.
const LOOK: usize = 500;
/// Calls one page may take; a page of a filter that fits few tasks may be short, and has a cursor then.
const CALLS: usize = 20;

/// Where a list goes on: the state it has come to, and the place within it.
#[derive(Debug, Clone)]
struct Cursor {
    status: Status,
    after: String,
}

impl TaskQueue {
    /// A page of tasks: state after state, the newest first within each list. A page may be short, or empty, and
    /// still have a cursor; it ends where its tasks have 16 MiB, or little more.
    ///
    /// By type, tag and parent it walks the index that holds fewest, by queue the lists of ready tasks and that index in
    /// the states that are off the usual way, by agent what it holds and that index. What else is named, running or completed
    /// tasks of a queue, and completed ones of an agent, are looked for among those.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or a cursor, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn list(&self, swarm: &SwarmName, query: ListQuery) -> Result<Page<Task>, Error> {
        let limit = query.limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Invalid::field("/limit", format!("1 to {PAGE_MAX}")).into());
        }
        let mut cursor = Some(start(&query)?);
        let mut items = Vec::new();
        for _ in 0..CALLS {
            let Some(here) = cursor.take() else { break };
            let after = self.list_stretch(swarm, &here, &query, limit - items.len(), &mut items).await?;
            cursor = if after.is_empty() {
                following(here.status, query.filter.status)
                    .map(|status| Cursor { status, after: String::new() })
            } else {
                Some(Cursor { status: here.status, after })
            };
            if items.len() >= limit || items.iter().map(size).sum::<usize>() >= ANSWER_BYTES {
                break;
            }
        }
        Ok(Page { items, next_cursor: cursor.map(|cursor| cursor.encode()) })
    }

    async fn list_stretch(
        &self,
        swarm: &SwarmName,
        from: &Cursor,
        query: &ListQuery,
        want: usize,
        items: &mut Vec<Task>,
    ) -> Result<String, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(from.status.as_str()).arg(want).arg(LOOK).arg(from.after.as_str());
        add_filter(&mut call, &query.filter);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let after = reply.text()?;
        while reply.remaining() > 0 {
            items.extend(task_of_record(FUNCTION, swarm, reply.value()?, &self.inner.codec)?);
        }
        Ok(after)
    }
}

/// A filter as the functions take it; the state is said elsewhere.
pub(super) fn add_filter(call: &mut Call, filter: &TaskFilter) {
    call.arg(filter.queue.as_ref().map_or("", |queue| queue.as_str()))
        .arg(filter.kind.as_ref().map_or_else(String::new, stand_in))
        .arg(filter.tag.as_ref().map_or("", |tag| tag.as_str()))
        .arg(filter.agent.as_ref().map_or("", |agent| agent.as_str()))
        .arg(filter.parent.map_or_else(String::new, |id| id.to_string()));
}

fn following(status: Status, only: Option<Status>) -> Option<Status> {
    match only {
        Some(_) => None,
        None => Status::ALL.into_iter().skip_while(|other| *other != status).nth(1),
    }
}

fn start(query: &ListQuery) -> Result<Cursor, Error> {
    let first = query.filter.status.unwrap_or(Status::ALL[0]);
    match &query.cursor {
        None => Ok(Cursor { status: first, after: String::new() }),
        Some(text) => {
            let broken = || {
                Error::from(Invalid::field("/cursor", "not a cursor of this list: begin again without one"))
            };
            let cursor = Cursor::decode(text).ok_or_else(broken)?;
            if query.filter.status.is_some_and(|status| status != cursor.status) {
                Err(broken())
            } else {
                Ok(cursor)
            }
        }
    }
}

/// A cursor is opaque to clients: hexadecimal, so that it needs no escaping in a query.
impl Cursor {
    fn encode(&self) -> String {
        let text = format!("{} {}", self.status.as_str(), self.after);
        text.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    fn decode(text: &str) -> Option<Self> {
        const LONGEST: usize = 2_048;
        if text.len() > LONGEST || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return None;
        }
        let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).ok();
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
        let plain = String::from_utf8(bytes?).ok()?;
        let (status, after) = plain.split_once(' ')?;
        let status = status.parse().ok()?;
        is_place(status, after).then(|| Self { status, after: after.to_owned() })
    }
}

/// Whether `after` is a place that `task_list` may have named: anybody may send a cursor. The list and the element are
/// only ever compared with those that are there.
fn is_place(status: Status, after: &str) -> bool {
    const LONGEST_LIST: u64 = 1 << 40;
    let parts: Vec<_> = after.split(' ').collect();
    match (status, parts.as_slice()) {
        (_, [""]) => true,
        (Status::Ready, [pool, _list, offset, _last]) => {
            let plain = pool.split_once('+').map_or(*pool, |(queue, _list)| queue);
            let (queue, agent) =
                plain.split_once('@').map_or((plain, None), |(queue, agent)| (queue, Some(agent)));
            let small = |text: &str| text.parse::<u64>().is_ok_and(|number| number < LONGEST_LIST);
            queue.parse::<QueueName>().is_ok()
                && agent.is_none_or(|agent| agent.parse::<AgentName>().is_ok())
                && small(offset)
        }
        (_, [score, id]) => score.parse::<u64>().is_ok() && id.parse::<TaskId>().is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_to_a_client_and_back() {
        let cursor = Cursor {
            status: Status::Ready,
            after: "queue@agent r5:queue 40 01a205aa-cb6a-75fc-94de-ef603ee1f01a.2".to_owned(),
        };
        let back = Cursor::decode(&cursor.encode()).unwrap();
        assert_eq!((back.status, back.after), (cursor.status, cursor.after));
        for forged in
            ["running abc def", "ready default - 99999999999999999999 -", "ready a/b - 1 -", "failed 1"]
        {
            let text: String = forged.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(Cursor::decode(&text).is_none(), "{forged}");
        }
        for broken in ["zz", "6", "é", "7265616479", &"00".repeat(2_000)] {
            assert!(Cursor::decode(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn a_list_without_a_filter_walks_all_states() {
        let mut status = Some(Status::ALL[0]);
        let mut seen = Vec::new();
        while let Some(here) = status {
            seen.push(here);
            status = following(here, None);
        }
        assert_eq!(seen, Status::ALL);
    }
}
