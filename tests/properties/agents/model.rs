//! The reference: agents by number, tasks in the order in which they were submitted.

use std::collections::BTreeMap;

use waggle_task_queue::limits::{AGENT_FORGET_MS, AGENT_TTL_MS_DEFAULT, CLAIMER_CAPACITY};

use super::tasks::Lists;
use super::{Agent, Task, Transition};

pub(super) const AGENTS: [&str; 3] = ["a", "b:1", "c"];
/// The queue whose tasks are everybody's; the queues before it are those of the agents, pinned to them.
pub(super) const FREE: usize = AGENTS.len();
const BEGIN: i64 = 1_800_000_000_000;
/// When a lost agent that holds a task is looked at again.
const LOOK_AGAIN_MS: i64 = 60_000;

/// What a call has to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Done,
    Claimed { tasks: Vec<usize>, drain: bool },
    Beaten { extended: Vec<usize>, lost: Vec<usize>, drain: bool },
    NotFound,
    NotHeld,
}

/// The agents of one swarm.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) agents: [Option<Agent>; AGENTS.len()],
    /// Who was there once and is no more.
    former: [bool; AGENTS.len()],
    /// When those that are lost or gone are looked at next.
    absent: BTreeMap<usize, i64>,
    pub(super) tasks: Vec<Task>,
    pub(super) ready: [Lists; AGENTS.len() + 1],
    pub(super) answer: Answer,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            now: BEGIN,
            agents: [const { None }; AGENTS.len()],
            former: [false; AGENTS.len()],
            absent: BTreeMap::new(),
            tasks: Vec::new(),
            ready: Default::default(),
            answer: Answer::Done,
        }
    }

    /// Times at which something ends.
    pub(super) fn due(&self) -> Vec<i64> {
        let presences = self.agents.iter().flatten().map(|agent| agent.until);
        presences.chain(self.absent.values().copied()).chain(self.ends_of_leases()).collect()
    }

    /// Whether what is pinned to an agent is anybody's.
    pub(super) fn is_gone(&self, agent: usize) -> bool {
        self.former[agent] || self.agents[agent].as_ref().is_some_and(|agent| agent.lost)
    }

    pub(super) fn call(&mut self, transition: &Transition) -> Answer {
        match *transition {
            Transition::Put { agent, capacity, ttl_ms } => self.put(agent, capacity, ttl_ms),
            Transition::Drain { agent } => return self.set_draining(agent, true),
            Transition::Resume { agent } => return self.set_draining(agent, false),
            Transition::Delete { agent } => return self.delete(agent),
            Transition::Heartbeat { agent } => return self.heartbeat(agent),
            Transition::Submit { queue } => self.submit(queue),
            Transition::Claim { agent, queue, most } => return self.claim(agent, queue, most),
            Transition::Complete { task } if self.is_leased(task) => self.complete(task),
            Transition::Release { task } if self.is_leased(task) => self.give_back(task),
            Transition::Complete { .. } | Transition::Release { .. } => return Answer::NotHeld,
            Transition::Advance { ms } => self.now += ms,
            Transition::Reap => self.reap(),
            Transition::Tend => self.tend(),
        }
        Answer::Done
    }

    fn put(&mut self, agent: usize, capacity: u64, ttl_ms: i64) {
        match &mut self.agents[agent] {
            Some(known) => {
                if known.lost {
                    self.absent.remove(&agent);
                }
                known.put(self.now, capacity, ttl_ms);
            }
            none => {
                *none = Some(Agent::new(self.now, capacity, ttl_ms));
                self.former[agent] = false;
            }
        }
        let left_to_the_reaper = self.runs(agent).len() > self.holds(agent).count();
        if let Some(known) = self.agents[agent].as_mut().filter(|_| left_to_the_reaper) {
            known.expired = None;
        }
    }

    /// The agent, which does something right now.
    fn seen(&mut self, agent: usize) -> Option<&mut Agent> {
        let known = self.agents[agent].as_mut()?;
        if known.lost {
            self.absent.remove(&agent);
        }
        known.see(self.now);
        Some(known)
    }

    fn claim(&mut self, agent: usize, queue: usize, most: usize) -> Answer {
        if self.seen(agent).is_none() {
            self.put(agent, CLAIMER_CAPACITY, AGENT_TTL_MS_DEFAULT.cast_signed());
        }
        let Some(known) = &self.agents[agent] else {
            unreachable!("it was registered at the latest just now")
        };
        if known.draining {
            return Answer::Claimed { tasks: Vec::new(), drain: true };
        }
        let room = usize::try_from(known.capacity).unwrap().saturating_sub(self.holds(agent).count());
        let tasks = std::iter::from_fn(|| self.take(agent, queue)).take(most.min(room)).collect();
        Answer::Claimed { tasks, drain: false }
    }

    fn heartbeat(&mut self, agent: usize) -> Answer {
        let Some(known) = self.seen(agent) else { return Answer::NotFound };
        let drain = known.draining;
        let (extended, lost): (Vec<_>, Vec<_>) =
            self.runs(agent).into_iter().partition(|number| self.is_leased(*number));
        for number in &extended {
            self.extend(*number);
        }
        Answer::Beaten { extended, lost, drain }
    }

    fn set_draining(&mut self, agent: usize, draining: bool) -> Answer {
        let Some(known) = &mut self.agents[agent] else { return Answer::NotFound };
        known.draining = draining;
        Answer::Done
    }

    fn delete(&mut self, agent: usize) -> Answer {
        let Some(known) = &mut self.agents[agent] else { return Answer::NotFound };
        known.lost = true;
        self.give_all_back(agent);
        self.forget(agent);
        Answer::Done
    }

    fn forget(&mut self, agent: usize) {
        self.agents[agent] = None;
        self.former[agent] = true;
        self.absent.remove(&agent);
        if self.is_waited_for(agent) {
            self.absent.insert(agent, self.now);
        }
    }

    fn tend(&mut self) {
        for (number, agent) in self.agents.iter_mut().enumerate() {
            if let Some(agent) = agent.as_mut().filter(|agent| !agent.lost && agent.until <= self.now) {
                agent.lost = true;
                self.absent.insert(number, self.now);
            }
        }
        let due: Vec<_> =
            self.absent.iter().filter(|(_, at)| **at <= self.now).map(|(agent, _)| *agent).collect();
        for agent in due {
            self.tend_absent(agent);
        }
    }

    fn tend_absent(&mut self, agent: usize) {
        let known = self.agents[agent].as_ref();
        self.absent.remove(&agent);
        if known.is_some_and(|known| !known.lost) {
            return;
        }
        let until = known.map(|known| known.until + AGENT_FORGET_MS.cast_signed());
        self.adopt(agent);
        let Some(until) = until else { return };
        if self.now < until {
            self.absent.insert(agent, until);
        } else if self.holds(agent).count() > 0 {
            self.absent.insert(agent, self.now + LOOK_AGAIN_MS);
        } else {
            self.forget(agent);
        }
    }
}
