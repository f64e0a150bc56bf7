//! Tasks: who waits for whom, and who holds what.

use std::collections::VecDeque;

use super::{FREE, Model};

/// What every lease lasts.
pub(super) const LEASE_MS: i64 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    Ready,
    Running,
    Completed,
}

#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) queue: usize,
    pub(super) stand: Stand,
    /// Whether its agent was lost, and it is anybody's since.
    unpinned: bool,
    pub(super) holder: usize,
    /// Whether its holder has it among what it holds: not when it was deleted after the lease had ended.
    held: bool,
    expires_at: i64,
}

/// Ready tasks of one queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    everybodys: VecDeque<usize>,
    pinned: VecDeque<usize>,
}

impl Model {
    pub(super) fn submit(&mut self, queue: usize) {
        let number = self.tasks.len();
        let task =
            Task { queue, stand: Stand::Ready, unpinned: false, holder: 0, held: false, expires_at: 0 };
        self.tasks.push(task);
        self.list_of(number).push_back(number);
    }

    /// The list that a task enters now.
    fn list_of(&mut self, number: usize) -> &mut VecDeque<usize> {
        let queue = self.tasks[number].queue;
        let pinned = queue != FREE && !self.tasks[number].unpinned;
        let unpinned = pinned && self.is_gone(queue);
        self.tasks[number].unpinned |= unpinned;
        let lists = &mut self.ready[queue];
        if pinned && !unpinned { &mut lists.pinned } else { &mut lists.everybodys }
    }

    /// Takes a task for an agent: the eldest at the head of a list.
    pub(super) fn take(&mut self, agent: usize, queue: usize) -> Option<usize> {
        let Lists { everybodys, pinned } = &mut self.ready[queue];
        let own = if queue == agent { pinned.front() } else { None };
        let from = match (everybodys.front(), own) {
            (None, None) => return None,
            (Some(one), Some(other)) if other < one => pinned,
            (None, Some(_)) => pinned,
            (Some(_), _) => everybodys,
        };
        let number = from.pop_front()?;
        let task = &mut self.tasks[number];
        task.stand = Stand::Running;
        task.holder = agent;
        task.held = true;
        task.expires_at = self.now + LEASE_MS;
        Some(number)
    }

    pub(super) fn holds(&self, agent: usize) -> impl Iterator<Item = usize> {
        let tasks = self.tasks.iter().enumerate();
        let held =
            tasks.filter(move |(_, task)| task.stand == Stand::Running && task.held && task.holder == agent);
        held.map(|(number, _)| number)
    }

    /// What an agent was handed and has not ended, whether it has it among what it holds or was deleted since.
    pub(super) fn runs(&self, agent: usize) -> Vec<usize> {
        let tasks = self.tasks.iter().enumerate();
        tasks
            .filter(|(_, task)| task.stand == Stand::Running && task.holder == agent)
            .map(|(number, _)| number)
            .collect()
    }

    /// Whether its lease has not ended.
    pub(super) fn is_leased(&self, number: usize) -> bool {
        let task = &self.tasks[number];
        task.stand == Stand::Running && self.now < task.expires_at
    }

    pub(super) fn extend(&mut self, number: usize) {
        self.tasks[number].expires_at = self.now + LEASE_MS;
    }

    pub(super) fn complete(&mut self, number: usize) {
        let task = &mut self.tasks[number];
        task.stand = Stand::Completed;
        let (holder, held) = (task.holder, task.held);
        if let Some(agent) = self.agents[holder].as_mut().filter(|_| held) {
            agent.completed += 1;
        }
    }

    /// To the front of its list.
    pub(super) fn give_back(&mut self, number: usize) {
        self.tasks[number].stand = Stand::Ready;
        self.list_of(number).push_front(number);
    }

    /// Gives back what an agent holds that goes; a lease that has ended is left to the reaper.
    pub(super) fn give_all_back(&mut self, agent: usize) {
        let held: Vec<_> = self.holds(agent).collect();
        for number in held.into_iter().rev() {
            if self.is_leased(number) {
                self.give_back(number);
            } else {
                self.tasks[number].held = false;
            }
        }
    }

    pub(super) fn reap(&mut self) {
        let running = self.tasks.iter().enumerate().filter(|(_, task)| task.stand == Stand::Running);
        let mut ended: Vec<_> = running.map(|(number, task)| (task.expires_at, number)).collect();
        ended.retain(|(at, _)| *at <= self.now);
        ended.sort_unstable();
        for (_, number) in ended {
            let (holder, held) = (self.tasks[number].holder, self.tasks[number].held);
            if let Some(agent) = self.agents[holder].as_mut().filter(|_| held) {
                agent.expired = agent.expired.map(|expired| expired + 1);
            }
            self.give_back(number);
        }
    }

    /// What is pinned to an agent that is gone is everybody's, and stands before what came later.
    pub(super) fn adopt(&mut self, agent: usize) {
        while let Some(number) = self.ready[agent].pinned.pop_back() {
            self.tasks[number].unpinned = true;
            self.ready[agent].everybodys.push_front(number);
        }
    }

    pub(super) fn is_waited_for(&self, agent: usize) -> bool {
        !self.ready[agent].pinned.is_empty()
    }

    pub(super) fn ends_of_leases(&self) -> impl Iterator<Item = i64> {
        self.tasks.iter().filter(|task| task.stand == Stand::Running).map(|task| task.expires_at)
    }
}
