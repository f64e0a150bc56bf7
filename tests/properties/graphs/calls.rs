//! What each call does.

use std::collections::{BTreeSet, VecDeque};

use waggle_task_queue::model::{DependencyPolicy, Status};

use super::model::LEASE_MS;
use super::{Model, Task};

/// What a submit comes from, and what a deletion goes to, as queues count them.
const NEW: &str = "new";
const GONE: &str = "gone";

impl Model {
    /// Takes a task in.
    pub(super) fn submit(&mut self, mut task: Task, depends_on: &[usize]) {
        let unfinished = |at: &&usize| !self.tasks[**at].status.is_finished();
        task.pending = depends_on.iter().filter(unfinished).copied().collect();
        task.depends_on = depends_on.to_vec();
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
        match status {
            Status::Ready => self.ready.push_back(at),
            Status::Blocked => self.waiting.push_back(at),
            _ => {}
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
        self.grant(at);
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

    /// It waits for those that are unfinished now, and for nothing else.
    pub(super) fn retry(&mut self, at: usize) {
        let waits = |at: &usize| !self.tasks[*at].gone && !self.tasks[*at].status.is_finished();
        let pending: BTreeSet<_> = self.tasks[at].depends_on.iter().copied().filter(waits).collect();
        self.go(at, if pending.is_empty() { Status::Ready } else { Status::Blocked });
        if pending.is_empty() {
            self.ready.push_back(at);
        }
        let now = self.now;
        let task = &mut self.tasks[at];
        task.pending = pending;
        task.run_at = task.asked_run_at;
        task.attempt = 0;
        task.cancel_requested = false;
        task.deadline = task.deadline.filter(|deadline| *deadline > now);
        // Its own budget counts from now on.
        task.granted = if task.budget.is_some() { task.own + task.below } else { task.granted };
    }

    /// A running one is its holder's.
    pub(super) fn delete(&mut self, at: usize) {
        let status = self.tasks[at].status;
        if status == Status::Running {
            return;
        }
        self.leave(at);
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
}
