//! The tasks as they should be.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use waggle_task_queue::model::{DependencyPolicy, Status};

/// How long a lease lasts.
pub(super) const LEASE_MS: i64 = 3_000;
/// How often a task is tried.
pub(super) const ATTEMPTS: u32 = 2;
/// What a submit comes from, and what a deletion goes to, as queues count them.
const NEW: &str = "new";
const GONE: &str = "gone";

/// A task.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) status: Status,
    pub(super) gone: bool,
    /// Those that it waits for, as long as it is blocked.
    pub(super) pending: BTreeSet<usize>,
    pub(super) policy: DependencyPolicy,
    pub(super) parent: Option<usize>,
    pub(super) run_at: i64,
    pub(super) deadline: Option<i64>,
    pub(super) attempt: u32,
    /// When its lease ends.
    pub(super) expires: i64,
    pub(super) cancel_requested: bool,
    /// Why it failed, or was cancelled by what it depended on.
    pub(super) kind: Option<&'static str>,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) tasks: Vec<Task>,
    /// Ready ones, the next one first.
    pub(super) ready: VecDeque<usize>,
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

    /// Takes a task in. `first` names what it depends on, in its order.
    pub(super) fn submit(&mut self, mut task: Task, depends_on: &[usize]) {
        let unfinished = |at: &&usize| !self.tasks[**at].status.is_finished();
        task.pending = depends_on.iter().filter(unfinished).copied().collect();
        let lost = |at: &usize| matches!(self.tasks[*at].status, Status::Failed | Status::Cancelled);
        let never = task.policy != DependencyPolicy::Run && depends_on.iter().any(lost);
        task.status = match (never || !task.pending.is_empty(), task.run_at > self.now) {
            (true, _) => Status::Blocked,
            (_, true) => Status::Scheduled,
            _ => Status::Ready,
        };
        let (at, status) = (self.tasks.len(), task.status);
        self.tasks.push(task);
        self.count(NEW, status.as_str());
        if status == Status::Ready {
            self.ready.push_back(at);
        }
        if never {
            self.give_up(at);
        }
        self.resolve();
    }

    /// What a claim of so many gets; what it meets whose deadline has passed fails.
    pub(super) fn claim(&mut self, most: usize) -> Vec<usize> {
        let mut got = Vec::new();
        while got.len() < most {
            let Some(at) = self.ready.front().copied() else { break };
            if self.is_overdue(at) {
                self.fail(at, Some("deadline"));
                continue;
            }
            self.go(at, Status::Running);
            let (now, task) = (self.now, &mut self.tasks[at]);
            task.attempt += 1;
            task.expires = (now + LEASE_MS).min(task.deadline.unwrap_or(i64::MAX));
            got.push(at);
        }
        self.resolve();
        got
    }

    /// Puts some of the ready ones in front.
    pub(super) fn prefer(&mut self, some: &[usize]) {
        self.ready.retain(|at| !some.contains(at));
        for at in some.iter().rev() {
            self.ready.push_front(*at);
        }
    }

    pub(super) fn complete(&mut self, at: usize) {
        self.finish(at, Status::Completed);
        self.resolve();
    }

    /// Fails a task that no retry mends.
    pub(super) fn fail_for_good(&mut self, at: usize) {
        if !self.stop(at) {
            self.fail(at, None);
        }
        self.resolve();
    }

    pub(super) fn release(&mut self, at: usize, delay_ms: i64) {
        if !self.stop(at) {
            self.tasks[at].attempt -= 1;
            self.tasks[at].run_at = self.now + delay_ms;
            self.go_back(at, if delay_ms > 0 { Status::Scheduled } else { Status::Ready });
        }
        self.resolve();
    }

    pub(super) fn ask(&mut self, at: usize) {
        if !self.stop(at) {
            self.tasks[at].attempt -= 1;
            self.go(at, Status::InputRequired);
        }
        self.resolve();
    }

    pub(super) fn answer(&mut self, at: usize) {
        self.go_back(at, Status::Ready);
    }

    pub(super) fn cancel(&mut self, at: usize) {
        self.cancel_one(at);
        self.resolve();
    }

    /// One call for the task itself, and one for the children of each.
    pub(super) fn cascade(&mut self, at: usize) {
        self.cancel(at);
        let mut parents = VecDeque::from([at]);
        while let Some(parent) = parents.pop_front() {
            let children = self.those(|task| task.parent == Some(parent));
            for child in &children {
                self.cancel_one(*child);
            }
            self.resolve();
            parents.extend(children);
        }
    }

    pub(super) fn retry(&mut self, at: usize) {
        self.go(at, Status::Ready);
        self.ready.push_back(at);
        let now = self.now;
        let task = &mut self.tasks[at];
        task.attempt = 0;
        task.cancel_requested = false;
        task.deadline = task.deadline.filter(|deadline| *deadline > now);
    }

    /// A running one is its holder's.
    pub(super) fn delete(&mut self, at: usize) {
        let status = self.tasks[at].status;
        if status == Status::Running {
            return;
        }
        self.ready.retain(|other| *other != at);
        self.count(status.as_str(), GONE);
        self.tasks[at].gone = true;
        if !status.is_finished() {
            self.ended.push_back((at, false));
        }
        self.resolve();
        if self.tasks.iter().all(|task| task.gone) {
            self.arrows.clear();
        }
    }

    fn cancel_one(&mut self, at: usize) {
        match self.tasks[at].status {
            Status::Running => self.tasks[at].cancel_requested = true,
            status if status.is_finished() => {}
            _ => {
                self.tasks[at].kind = None;
                self.finish(at, Status::Cancelled);
            }
        }
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
        if from == Status::Ready {
            self.ready.retain(|other| *other != at);
        }
        self.count(from.as_str(), to.as_str());
    }

    fn count(&mut self, from: &str, to: &str) {
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
            policy,
            parent,
            run_at,
            deadline,
            attempt: 0,
            expires: 0,
            cancel_requested: false,
            kind: None,
        }
    }
}
