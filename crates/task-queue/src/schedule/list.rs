//! Lists schedules in pages: `lua/schedule_list.lua`.

use waggle_core::Call;

use super::record::Scheduled;
use crate::{
    Error, TaskQueue,
    library::function,
    limits::{PAGE_DEFAULT, PAGE_MAX},
    model::{Invalid, Page, Schedule, ScheduleName, SwarmName},
    store::{NameCursor, Reader},
    task::{refused, root},
};

const FUNCTION: &str = function!("schedule_list");

impl TaskQueue {
    /// A page of schedules in the order of their names.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or a cursor, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn list_schedules(
        &self,
        swarm: &SwarmName,
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<Page<Schedule>, Error> {
        let limit = limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Invalid::field("/limit", format!("1 to {PAGE_MAX}")).into());
        }
        let after = NameCursor::start::<ScheduleName>(cursor)?;
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(after).arg(limit);
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let _now = reply.integer()?;
        let after = reply.text()?;
        let mut items = Vec::with_capacity(reply.remaining());
        while reply.remaining() > 0 {
            if let Some(scheduled) = Scheduled::read(FUNCTION, reply.value()?, &self.inner.codec)? {
                items.push(scheduled.answer());
            }
        }
        Ok(Page { items, next_cursor: (!after.is_empty()).then(|| NameCursor::encode(&after)) })
    }
}
