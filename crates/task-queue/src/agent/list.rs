//! Lists agents in pages: `lua/agent_list.lua`.

use waggle_core::Call;

use super::record::agent_of_record;
use crate::{
    Error, TaskQueue,
    library::function,
    limits::{PAGE_DEFAULT, PAGE_MAX},
    model::{Agent, AgentName, AgentQuery, AgentStatus, Capability, Invalid, Page, SwarmName},
    store::Reader,
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
        let (mut after, mut items) = (start(query.cursor.as_deref())?, Vec::new());
        for _ in 0..CALLS {
            after = self.agents_behind(swarm, &after, &query, limit - items.len(), &mut items).await?;
            if after.is_empty() || items.len() >= limit {
                break;
            }
        }
        Ok(Page { items, next_cursor: (!after.is_empty()).then(|| encode(&after)) })
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

fn start(cursor: Option<&str>) -> Result<String, Invalid> {
    let broken = || Invalid::field("/cursor", "not a cursor of this list: begin again without one");
    cursor.map_or_else(|| Ok(String::new()), |text| decode(text).ok_or_else(broken))
}

/// A cursor is opaque to clients: hexadecimal, so that it needs no escaping in a query.
fn encode(name: &str) -> String {
    name.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn decode(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).ok();
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    let name = String::from_utf8(bytes?).ok()?;
    name.parse::<AgentName>().ok().map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_way_to_a_client_and_back_and_nothing_else_is_one() {
        assert_eq!(decode(&encode("a.b:c-1")).as_deref(), Some("a.b:c-1"));
        for broken in ["", "6", "zz", "é", "2d61", &encode("a b"), &encode(&"x".repeat(129))] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
