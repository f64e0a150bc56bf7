//! Lists agents in pages: `lua/agent_list.lua`.

use waggle_core::Call;

use super::record::agent_of_record;
use crate::{
    Error, TaskQueue,
    library::function,
    limits::{PAGE_DEFAULT, PAGE_MAX},
    model::{Agent, AgentName, AgentQuery, AgentStatus, Capability, Invalid, Page, SwarmName},
    store::{NameCursor, Reader},
    task::{refused, root},
};

const FUNCTION: &str = function!("agent_list");
/// Agents one call looks at: bounds its time in Redis.
const LOOK: usize = 500;
/// Calls one page may take; a page of a filter that fits few agents may be short, and has a cursor then.
const CALLS: usize = 20;

impl TaskQueue {
    /// A page of agents in the order of their names. A page may be short, or empty, and still have a cursor.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit or a cursor, [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn list_agents(&self, swarm: &SwarmName, query: AgentQuery) -> Result<Page<Agent>, Error> {
        let limit = query.limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Invalid::field("/limit", format!("1 to {PAGE_MAX}")).into());
        }
        let (mut after, mut items) = (NameCursor::start::<AgentName>(query.cursor.as_deref())?, Vec::new());
        for _ in 0..CALLS {
            after = self.agents_behind(swarm, &after, &query, limit - items.len(), &mut items).await?;
            if after.is_empty() || items.len() >= limit {
                break;
            }
        }
        Ok(Page { items, next_cursor: (!after.is_empty()).then(|| NameCursor::encode(&after)) })
    }

    /// Reads one stretch; the name after which to go on, empty at the end.
    async fn agents_behind(
        &self,
        swarm: &SwarmName,
        after: &str,
        query: &AgentQuery,
        want: usize,
        items: &mut Vec<Agent>,
    ) -> Result<String, Error> {
        let mut call = Call::read_only(FUNCTION, &root(swarm));
        call.arg(after)
            .arg(want)
            .arg(LOOK)
            .arg(query.status.map_or("", AgentStatus::as_str))
            .arg(query.capability.as_ref().map_or("", Capability::as_str));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let after = reply.text()?;
        while reply.remaining() > 0 {
            items.extend(agent_of_record(FUNCTION, reply.value()?)?);
        }
        Ok(after)
    }
}
