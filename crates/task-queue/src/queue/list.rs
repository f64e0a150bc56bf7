//! Lists queues in pages: `lua/queue_list.lua`.

use waggle_core::Call;

use super::record::queue_of_record;
use crate::{
    Error, TaskQueue,
    library::function,
    limits::{PAGE_DEFAULT, PAGE_MAX},
    model::{Invalid, Page, Queue, QueueName, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("queue_list");

impl TaskQueue {
    /// A page of queues in the order of their names. A page may be short and still have a cursor.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or a cursor, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn list_queues(
        &self,
        swarm: &SwarmName,
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<Page<Queue>, Error> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Invalid::field("/limit", format!("1 to {PAGE_MAX}")).into());
        }
        let after = cursor.map(behind).transpose()?.unwrap_or_default();
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(after).arg(limit);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let (last, now) = (reply.text()?, reply.integer()?);
        let mut items = Vec::with_capacity(reply.remaining());
        while reply.remaining() > 0 {
            items.push(queue_of_record(reply.array()?, now)?);
        }
        Ok(Page { items, next_cursor: (!last.is_empty()).then_some(last) })
    }
}

/// A cursor is the name of the last queue of the page before: names need no escaping in a query.
fn behind(cursor: &str) -> Result<String, Invalid> {
    let name: Result<QueueName, _> = cursor.parse();
    name.map(|name| name.to_string())
        .map_err(|_| Invalid::field("/cursor", "not a cursor of this list: begin again without one"))
}
