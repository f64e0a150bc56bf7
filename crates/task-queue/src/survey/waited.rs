//! Looks at the queues that claims wait for, one by one: `lua/swarm_stats.lua`.

use std::cmp::Reverse;

use waggle_core::{Call, Error as RedisError, Value};

use super::queues::{Page, page};
use super::{QueueSeen, Surveyor};
use crate::{
    Error, TaskQueue,
    limits::SURVEY_WAITED,
    model::{QueueName, SwarmName},
    store::Reader,
    swarm::stats,
    task::root,
};

impl Surveyor {
    /// The queues of `waited` in which a task is ready, as they are now: a survey of many swarms comes round slowly, and what
    /// it saw minutes ago says nothing beside claims that wait at this moment. Of more than [`SURVEY_WAITED`] queues it asks for
    /// those whose tasks had been ready for longest when the survey came by.
    ///
    /// Nobody is to be blamed for what stands still on purpose: queues of a paused swarm are left out, and those that keep
    /// their tasks back by their limits, and after a pause
    /// or a restore their tasks count as ready since its end.
    ///
    /// # Errors
    /// [`Error::Redis`].
    pub async fn ready_of(
        &self,
        queue: &TaskQueue,
        waited: impl Iterator<Item = (SwarmName, QueueName)>,
    ) -> Result<Vec<(SwarmName, QueueSeen)>, Error> {
        let mut waited: Vec<_> = waited.collect();
        if waited.len() > SURVEY_WAITED {
            waited.sort_by_cached_key(|(swarm, name)| Reverse(self.seen_ready_ms(swarm, name)));
            waited.truncate(SURVEY_WAITED);
        }
        let calls = waited.iter().map(|(swarm, name)| look(swarm, name)).collect();
        let replies = queue.inner.redis.call_all(calls).await;
        let mut found = Vec::new();
        for ((swarm, name), reply) in waited.into_iter().zip(replies) {
            let seen = seen(reply)?
                .filter(|seen| seen.name == name && seen.oldest_ready_ms.is_some() && !seen.held_back);
            found.extend(seen.map(|seen| (swarm, seen)));
        }
        Ok(found)
    }
}

/// Asks for the first queue that is not before `name`.
fn look(swarm: &SwarmName, name: &QueueName) -> Call {
    let mut call = Call::read_only(stats::FUNCTION, &root(swarm));
    call.arg(just_before(name.as_str())).arg(1_usize);
    call
}

/// A text with no name between it and `name`: names are made of printable ASCII, and this is longer than it is printable.
fn just_before(name: &str) -> String {
    let mut before = name.to_owned();
    if let Some(last) = before.pop() {
        before.push(char::from(u8::try_from(last).unwrap_or(1).saturating_sub(1)));
        before.push('\u{7f}');
    }
    before
}

/// The queue of a page of one, its tasks ready for no longer than claims could have them.
fn claimable(mut page: Page) -> Option<QueueSeen> {
    let (handing_out, queue) = (page.handing_out_ms?, page.queues.pop()?);
    Some(QueueSeen { oldest_ready_ms: queue.oldest_ready_ms.map(|ms| ms.min(handing_out)), ..queue })
}

fn seen(reply: Result<Value, RedisError>) -> Result<Option<QueueSeen>, RedisError> {
    match reply {
        Ok(reply) => Ok(claimable(page(Reader::new(stats::FUNCTION, reply)?)?)),
        // The swarm was deleted since.
        Err(RedisError::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_lies_between_a_name_and_what_is_just_before_it() {
        let mut names = ["A", "a", "a-", "a.", "a.b", "a:", "a_", "aa", "ab", "az", "b", "b0", "z"];
        names.sort_unstable();
        for (at, name) in names.iter().enumerate() {
            let before = just_before(name);
            assert!(*before < **name);
            assert!(names[..at].iter().all(|earlier| **earlier < *before), "{name}");
        }
    }
}
