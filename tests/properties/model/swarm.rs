//! Everything there is in one swarm.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use waggle_task_queue::model::Status;

use super::{Answer, NewTask, Task};

pub(crate) const QUEUES: [&str; 2] = ["default", "other:queue"];
pub(crate) const AGENTS: [&str; 3] = ["a", "b:1", "c"];
pub(crate) const CAPABILITIES: [&str; 2] = ["python", "x.y"];
/// A time of today, so that numbers are as long as they are in earnest.
const BEGIN: i64 = 1_800_000_000_000;

/// Where a task waits: those who may claim it are the same for all tasks of one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct List {
    pub(super) queue: usize,
    pub(super) agent: Option<usize>,
    pub(super) requires: u8,
    pub(super) priority: u8,
}

/// How often tasks of a queue went from one state to another; `new` and `gone` are the ends.
pub(crate) type Arrows = BTreeMap<(usize, &'static str, &'static str), u64>;

/// One swarm.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) tasks: Vec<Task>,
    pub(super) ready: BTreeMap<List, VecDeque<usize>>,
    /// Ends of leases, with the task.
    pub(super) leases: BTreeSet<(i64, usize)>,
    pub(super) scheduled: BTreeSet<(i64, usize)>,
    /// Deadlines of unfinished tasks.
    pub(super) deadlines: BTreeSet<(i64, usize)>,
    /// The unfinished task of each deduplication key.
    pub(super) dedup: BTreeMap<u8, usize>,
    /// What was submitted under each idempotency key, and the answer.
    pub(super) keys: BTreeMap<u8, (NewTask, (usize, bool))>,
    /// What each claim id of each agent was given: tasks and fences.
    pub(super) claim_ids: BTreeMap<(usize, u8), Vec<(usize, u64)>>,
    pub(crate) arrows: Arrows,
    /// What the last call has to answer.
    pub(crate) answer: Answer,
}

impl Model {
    pub(super) fn new() -> Self {
        Self {
            now: BEGIN,
            tasks: Vec::new(),
            ready: BTreeMap::new(),
            leases: BTreeSet::new(),
            scheduled: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            dedup: BTreeMap::new(),
            keys: BTreeMap::new(),
            claim_ids: BTreeMap::new(),
            arrows: BTreeMap::new(),
            answer: Answer::Nothing,
        }
    }

    /// Tasks that stand so.
    pub(crate) fn standing(&self, status: Status) -> impl Iterator<Item = usize> {
        let tasks = self.tasks.iter().enumerate();
        tasks.filter(move |(_, task)| task.status == status && !task.gone).map(|(number, _)| number)
    }

    /// Times at which something ends or begins.
    pub(super) fn due(&self) -> impl Iterator<Item = i64> {
        let retained = self.tasks.iter().filter(|task| !task.gone);
        let ends = retained.filter_map(|task| Some(task.finished_at? + task.new.retention_ms));
        self.leases.iter().chain(&self.scheduled).chain(&self.deadlines).map(|(at, _)| *at).chain(ends)
    }

    pub(super) fn arrow(&mut self, number: usize, from: &'static str, to: &'static str) {
        *self.arrows.entry((self.tasks[number].new.queue, from, to)).or_default() += 1;
    }

    /// Moves a task to another state and counts the arrow; the index it was in has been left already.
    pub(super) fn go(&mut self, number: usize, to: Status) {
        let from = std::mem::replace(&mut self.tasks[number].status, to);
        self.arrow(number, from.as_str(), to.as_str());
    }

    pub(super) fn finish(&mut self, number: usize, status: Status) {
        self.go(number, status);
        let task = &mut self.tasks[number];
        task.finished_at = Some(self.now);
        if let Some(deadline) = task.deadline {
            self.deadlines.remove(&(deadline, number));
        }
        if let Some(key) = task.new.dedup_key
            && self.dedup.get(&key) == Some(&number)
        {
            self.dedup.remove(&key);
        }
    }

    /// Puts a ready task at the end of its list, or at the front.
    pub(super) fn push(&mut self, number: usize, front: bool) {
        let list = self.ready.entry(self.tasks[number].list()).or_default();
        if front { list.push_front(number) } else { list.push_back(number) }
    }
}

impl Task {
    pub(super) fn list(&self) -> List {
        let new = &self.new;
        List { queue: new.queue, agent: new.agent, requires: new.requires, priority: new.priority }
    }
}
