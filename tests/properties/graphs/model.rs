//! The tasks as they should be.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use waggle_task_queue::model::{DependencyPolicy, OnExceeded, Status};

/// How long a lease lasts.
pub(super) const LEASE_MS: i64 = 3_000;
/// How often a task is tried.
pub(super) const ATTEMPTS: u32 = 2;

/// A task.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) status: Status,
    pub(super) gone: bool,
    /// Those that it waits for, as long as it is blocked.
    pub(super) pending: BTreeSet<usize>,
    /// All that it depends on.
    pub(super) depends_on: Vec<usize>,
    pub(super) policy: DependencyPolicy,
    pub(super) parent: Option<usize>,
    pub(super) run_at: i64,
    /// The same as it was submitted.
    pub(super) asked_run_at: i64,
    pub(super) deadline: Option<i64>,
    pub(super) attempt: u32,
    /// When its lease ends.
    pub(super) expires: i64,
    pub(super) cancel_requested: bool,
    /// Why it failed, or was cancelled by what it depended on.
    pub(super) kind: Option<&'static str>,
    /// Tokens that it and those that belong to it may use.
    pub(super) budget: Option<(u64, OnExceeded)>,
    /// Tokens that it has used.
    pub(super) own: u64,
    /// Tokens that those have used that belong to it.
    pub(super) below: u64,
    /// All of them when its budget was granted last.
    pub(super) granted: u64,
    /// Whose budget it asks for.
    pub(super) asks_for: Option<usize>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) tasks: Vec<Task>,
    /// Ready ones, the next one first.
    pub(super) ready: VecDeque<usize>,
    /// Blocked ones, the one that has waited longest first.
    pub(super) waiting: VecDeque<usize>,
    /// What has ended in this call, and whether it went well.
    pub(super) ended: VecDeque<(usize, bool)>,
    /// How often tasks went from a state to another.
    pub(super) arrows: BTreeMap<(String, String), u64>,
}

impl Model {
    pub(super) fn those(&self, fits: impl Fn(&Task) -> bool) -> Vec<usize> {
        (0..self.tasks.len()).filter(|at| !self.tasks[*at].gone && fits(&self.tasks[*at])).collect()
    }

    pub(super) fn standing(&self, status: Status) -> Vec<usize> {
        self.those(|task| task.status == status)
    }

    /// Those whose holders may still speak for them.
    pub(super) fn held(&self) -> Vec<usize> {
        self.those(|task| task.status == Status::Running && self.now < task.expires)
    }

    /// How many tasks stand above one.
    pub(super) fn depth(&self, at: usize) -> u64 {
        self.tasks[at].parent.map_or(0, |parent| self.depth(parent) + 1)
    }

    /// Ends a running task whose cancellation was asked for; returns whether it was.
    pub(super) fn stop(&mut self, at: usize) -> bool {
        let asked = self.tasks[at].cancel_requested;
        if asked {
            self.tasks[at].kind = None;
            self.finish(at, Status::Cancelled);
        }
        asked
    }

    /// Back to where it waits: in front, if that is among the ready ones.
    pub(super) fn go_back(&mut self, at: usize, status: Status) {
        self.go(at, status);
        if status == Status::Ready {
            self.ready.push_front(at);
        }
    }

    pub(super) fn fail(&mut self, at: usize, kind: Option<&'static str>) {
        self.tasks[at].kind = kind;
        self.finish(at, Status::Failed);
    }

    pub(super) fn finish(&mut self, at: usize, status: Status) {
        self.go(at, status);
        self.ended.push_back((at, status == Status::Completed));
    }

    /// It leaves the ready ones; who enters them says where.
    pub(super) fn go(&mut self, at: usize, to: Status) {
        let from = std::mem::replace(&mut self.tasks[at].status, to);
        self.leave(at);
        if to == Status::Blocked {
            self.waiting.push_back(at);
        }
        self.count(from.as_str(), to.as_str());
    }

    /// Leaves where it waited.
    pub(super) fn leave(&mut self, at: usize) {
        for those in [&mut self.ready, &mut self.waiting] {
            those.retain(|other| *other != at);
        }
    }

    pub(super) fn count(&mut self, from: &str, to: &str) {
        *self.arrows.entry((from.to_owned(), to.to_owned())).or_default() += 1;
    }
}

impl Task {
    pub(super) const fn new(
        policy: DependencyPolicy,
        parent: Option<usize>,
        run_at: i64,
        deadline: Option<i64>,
    ) -> Self {
        Self {
            status: Status::Ready,
            gone: false,
            pending: BTreeSet::new(),
            depends_on: Vec::new(),
            policy,
            parent,
            run_at,
            asked_run_at: run_at,
            deadline,
            attempt: 0,
            expires: 0,
            cancel_requested: false,
            kind: None,
            budget: None,
            own: 0,
            below: 0,
            granted: 0,
            asks_for: None,
        }
    }
}
