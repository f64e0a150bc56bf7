//! What happens without anybody asking.

use waggle_task_queue::model::Status;

use super::Model;
use super::model::ATTEMPTS;

impl Model {
    pub(super) fn promote(&mut self) {
        let mut due = self.standing(Status::Scheduled);
        due.retain(|at| self.tasks[*at].run_at <= self.now);
        due.sort_by_key(|at| (self.tasks[*at].run_at, *at));
        for at in due {
            self.go(at, Status::Ready);
            self.ready.push_back(at);
        }
    }

    pub(super) fn reap(&mut self) {
        let mut over = self.standing(Status::Running);
        over.retain(|at| self.tasks[*at].expires <= self.now);
        over.sort_by_key(|at| (self.tasks[*at].expires, *at));
        for at in over {
            self.end_lease(at);
        }
        self.resolve();
    }

    fn end_lease(&mut self, at: usize) {
        if self.stop(at) {
            return;
        }
        if self.is_overdue(at) {
            self.fail(at, Some("deadline"));
        } else if self.tasks[at].attempt >= ATTEMPTS {
            self.fail(at, Some("lease_expired"));
        } else {
            self.go_back(at, Status::Ready);
        }
    }

    pub(super) fn expire(&mut self) {
        let mut over = self.those(|task| !task.status.is_finished());
        over.retain(|at| self.is_overdue(*at));
        over.sort_by_key(|at| (self.tasks[*at].deadline, *at));
        for at in over {
            if self.tasks[at].status != Status::Running || !self.stop(at) {
                self.fail(at, Some("deadline"));
            }
        }
        self.resolve();
    }

    pub(super) fn is_overdue(&self, at: usize) -> bool {
        self.tasks[at].deadline.is_some_and(|deadline| deadline <= self.now)
    }
}
