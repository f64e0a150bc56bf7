use std::collections::BTreeMap;

use super::figures::{QueueSeen, SwarmSeen};
use crate::{
    Error, TaskQueue,
    limits::{SURVEY_CALLS, SURVEY_QUEUES, SURVEY_SWARMS},
    model::{AgentCounts, QueueName, SwarmName, TaskCounts},
    swarm::page,
};

/// Looks at all swarms and queues, as many at a time as a round may: up to [`SURVEY_SWARMS`] swarms, and as many queues as
/// [`SURVEY_CALLS`] calls tell of. What is beyond has its turn in the next round, and is told as it was seen
/// last.
#[derive(Debug, Default)]
pub struct Surveyor {
    swarms: BTreeMap<SwarmName, Seen>,
    /// Where the next round goes on with swarms.
    after: Option<SwarmName>,
    /// Where the next round goes on with queues.
    after_queue: Option<(SwarmName, String)>,
    /// Counts passes over all swarms.
    pass: u64,
    /// Queues known in all.
    queues: usize,
}

#[derive(Debug, Default)]
struct Seen {
    pass: u64,
    figures: SwarmSeen,
    queues: BTreeMap<QueueName, QueueSeen>,
}

/// What there is in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// Swarms.
    pub swarms: u64,
    /// Tasks of all swarms.
    pub tasks: TaskCounts,
    /// Agents of all swarms.
    pub agents: AgentCounts,
    /// Queues of all swarms.
    pub queues_total: u64,
    /// The queues with the most unfinished tasks, the one with the most first.
    pub queues: Vec<(SwarmName, QueueSeen)>,
    /// How long the oldest ready task of all had been ready, in milliseconds.
    pub oldest_ready_ms: Option<u64>,
}

impl Surveyor {
    /// Goes on with the survey and tells what is known then, `most` queues at most.
    ///
    /// # Errors
    /// [`Error::Redis`]; the next round goes on where this one stopped.
    pub async fn run_once(&mut self, queue: &TaskQueue, most: usize) -> Result<Survey, Error> {
        self.look_at_swarms(queue).await?;
        self.look_at_queues(queue).await?;
        Ok(self.told(most))
    }

    /// How long the oldest ready task of a queue had been ready when it was looked at last; 0 where none was.
    pub(super) fn seen_ready_ms(&self, swarm: &SwarmName, queue: &QueueName) -> u64 {
        let seen = self.swarms.get(swarm).and_then(|seen| seen.queues.get(queue));
        seen.and_then(|queue| queue.oldest_ready_ms).unwrap_or(0)
    }

    async fn look_at_swarms(&mut self, queue: &TaskQueue) -> Result<(), Error> {
        let mut left = SURVEY_SWARMS;
        while left > 0 {
            let first = self.after.is_none();
            let mut names = page(queue.redis(), self.after.as_ref()).await?;
            let last = names.last().cloned();
            let default = SwarmName::default();
            // It may stand in no directory.
            if first && !names.contains(&default) {
                names.push(default);
            }
            left = left.saturating_sub(names.len());
            let found = queue.count_swarms(&names).await?;
            for (name, figures) in names.into_iter().zip(found) {
                let Some(figures) = figures else { continue };
                let seen = self.swarms.entry(name).or_default();
                (seen.pass, seen.figures) = (self.pass, figures);
            }
            self.after = last;
            if self.after.is_none() {
                self.finish_pass();
                break;
            }
        }
        Ok(())
    }

    /// Swarms that this pass has not met are gone.
    fn finish_pass(&mut self) {
        let pass = self.pass;
        self.swarms.retain(|_, seen| seen.pass == pass);
        self.queues = self.swarms.values().map(|seen| seen.queues.len()).sum();
        self.pass += 1;
    }

    async fn look_at_queues(&mut self, queue: &TaskQueue) -> Result<(), Error> {
        for turn in 0..SURVEY_CALLS {
            let Some((swarm, after)) = self.next_queue(turn == 0) else {
                // The next round begins anew.
                self.after_queue = None;
                break;
            };
            let (queues, next) = match queue.count_queues(&swarm, &after).await {
                // It was deleted since.
                Err(Error::SwarmNotFound(_)) => (Vec::new(), String::new()),
                page => page.map(|page| (page.queues, page.next))?,
            };
            self.note_queues(&swarm, &after, queues, &next);
            self.after_queue = Some((swarm, next));
        }
        Ok(())
    }

    /// Where to go on; nothing once a round has come to the last swarm. Forgets nothing: the call that looks there may
    /// fail, or be given up.
    fn next_queue(&self, begin: bool) -> Option<(SwarmName, String)> {
        match &self.after_queue {
            Some((swarm, queue)) if !queue.is_empty() => Some((swarm.clone(), queue.clone())),
            Some((swarm, _)) => {
                use std::ops::Bound::{Excluded, Unbounded};
                let next = self.swarms.range((Excluded(swarm), Unbounded)).next();
                next.map(|(name, _)| (name.clone(), String::new()))
            }
            None if begin => self.swarms.keys().next().map(|name| (name.clone(), String::new())),
            None => None,
        }
    }

    /// Puts a stretch of queues in the place of what was known between its ends.
    fn note_queues(&mut self, swarm: &SwarmName, after: &str, queues: Vec<QueueSeen>, next: &str) {
        let Some(seen) = self.swarms.get_mut(swarm) else { return };
        let known = seen.queues.len();
        let before = |name: &QueueName| name.as_str() <= after || (!next.is_empty() && name.as_str() > next);
        seen.queues.retain(|name, _| before(name));
        let room = SURVEY_QUEUES.saturating_sub(self.queues - known + seen.queues.len());
        let stretch = queues.into_iter().take(room).map(|queue| (queue.name.clone(), queue));
        seen.queues.extend(stretch);
        self.queues = self.queues - known + seen.queues.len();
    }

    fn told(&self, most: usize) -> Survey {
        let mut survey = Survey { swarms: self.swarms.len() as u64, ..Survey::default() };
        for seen in self.swarms.values() {
            survey.tasks.add(seen.figures.tasks);
            survey.agents.add(seen.figures.agents);
        }
        let all = || {
            self.swarms.iter().flat_map(|(name, seen)| seen.queues.values().map(move |queue| (name, queue)))
        };
        survey.queues_total = self.queues as u64;
        survey.oldest_ready_ms = all().filter_map(|(_, queue)| queue.oldest_ready_ms).max();
        let mut queues: Vec<_> = all().collect();
        let size = |(_, queue): &(_, &QueueSeen)| std::cmp::Reverse(queue.tasks.unfinished());
        if queues.len() > most {
            queues.select_nth_unstable_by_key(most, size);
            queues.truncate(most);
        }
        queues.sort_by_key(size);
        survey.queues = queues.into_iter().map(|(name, queue)| (name.clone(), queue.clone())).collect();
        survey
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_that_breaks_off_goes_on_where_it_was() {
        let [first, second] = ["a", "b"].map(|name| name.parse::<SwarmName>().unwrap());
        let swarms = [&first, &second].map(|name| (name.clone(), Seen::default())).into();
        let mut surveyor = Surveyor { swarms, ..Surveyor::default() };
        for (stopped_at, goes_on) in [
            (None, Some((first.clone(), ""))),
            (Some((first.clone(), "q")), Some((first.clone(), "q"))),
            (Some((first, "")), Some((second.clone(), ""))),
            (Some((second, "")), None),
        ] {
            let owned = |(swarm, queue): (SwarmName, &str)| (swarm, queue.to_owned());
            surveyor.after_queue = stopped_at.map(owned);
            let goes_on = goes_on.map(owned);
            assert_eq!(surveyor.next_queue(true), goes_on);
            assert_eq!(surveyor.next_queue(true), goes_on, "whoever asked did not come there");
        }
    }
}
