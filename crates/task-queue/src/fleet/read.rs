//! Reads a list of a server: `lua/fleet_read.lua`.

use std::time::Duration;

use bytes::Bytes;
use waggle_core::{Call, Error as RedisError, Value};

use super::FleetList;
use crate::{Error, TaskQueue, keys::DIRECTORY_ROOT, library::function, store::Reader};

const FUNCTION: &str = function!("fleet_read");

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FleetEntry {
    /// How long ago it was appended, by the clock of Redis.
    pub age: Duration,
    /// What was appended.
    pub entry: Bytes,
}

impl TaskQueue {
    /// The last `most` entries of a list of each of these servers, the eldest first, all in one round trip.
    ///
    /// # Errors
    /// [`Error::Redis`].
    pub async fn published(
        &self,
        nodes: &[String],
        list: FleetList,
        most: u64,
    ) -> Result<Vec<Vec<FleetEntry>>, Error> {
        let call = |node: &String| {
            let mut call = Call::read_only(FUNCTION, DIRECTORY_ROOT);
            call.arg(node.as_str()).arg(list.name()).arg(most);
            call
        };
        let replies = self.inner.redis.call_all(nodes.iter().map(call).collect()).await;
        let lists = replies.into_iter().map(|reply| entries(reply?));
        Ok(lists.collect::<Result<_, RedisError>>()?)
    }
}

fn entries(reply: Value) -> Result<Vec<FleetEntry>, RedisError> {
    let mut reply = Reader::new(FUNCTION, reply)?;
    let now = reply.integer()?;
    let mut entries = Vec::with_capacity(reply.remaining());
    while reply.remaining() > 0 {
        let line = reply.bytes()?.unwrap_or_default();
        let entry = line.iter().position(|byte| *byte == b' ').and_then(|space| {
            let at: i64 = str::from_utf8(&line[..space]).ok()?.parse().ok()?;
            let age = Duration::from_millis(u64::try_from(now - at).unwrap_or(0));
            Some(FleetEntry { age, entry: line.slice(space + 1..) })
        });
        entries.push(entry.ok_or_else(|| reply.broken("an entry without its time"))?);
    }
    Ok(entries)
}
