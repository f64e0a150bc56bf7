//! What happens without anybody asking.

use waggle_task_queue::model::Status;

use super::{Answer, Model, Outcome};

impl Model {
    pub(super) fn reap(&mut self) -> Answer {
        let ended: Vec<_> =
            self.leases.iter().take_while(|(end, _)| *end <= self.now).map(|(_, number)| *number).collect();
        for number in &ended {
            self.end_lease(*number);
        }
        self.swept(ended.len(), self.leases.first().map(|(end, _)| *end))
    }

    fn end_lease(&mut self, number: usize) {
        self.leave_lease(number);
        let overdue = self.is_overdue(number);
        let task = &mut self.tasks[number];
        if task.cancel_requested {
            return self.finish(number, Status::Cancelled);
        }
        if overdue {
            return self.miss_deadline(number);
        }
        let timed_out = task.ends_at.is_some_and(|end| end <= task.expires_at);
        task.outcome = Some(if timed_out { Outcome::TimedOut } else { Outcome::LeaseExpired });
        if task.attempt >= task.new.max_attempts {
            return self.finish(number, Status::Failed);
        }
        if timed_out {
            let run_at = self.now + task.backoff_ms();
            task.run_at = Some(run_at);
            self.scheduled.insert((run_at, number));
            return self.go(number, Status::Scheduled);
        }
        self.go(number, Status::Ready);
        self.push(number, true);
    }

    pub(super) fn is_overdue(&self, number: usize) -> bool {
        self.tasks[number].deadline.is_some_and(|deadline| deadline <= self.now)
    }

    /// It is in no index of its state any more.
    pub(super) fn miss_deadline(&mut self, number: usize) {
        self.tasks[number].outcome = Some(Outcome::DeadlinePassed);
        self.finish(number, Status::Failed);
    }

    pub(super) fn expire(&mut self) -> Answer {
        let passed: Vec<_> =
            self.deadlines.iter().take_while(|(at, _)| *at <= self.now).map(|(_, number)| *number).collect();
        for number in &passed {
            if self.tasks[*number].status == Status::Running {
                self.end_lease(*number);
            } else {
                self.leave_index(*number);
                self.miss_deadline(*number);
            }
        }
        self.swept(passed.len(), self.deadlines.first().map(|(at, _)| *at))
    }

    pub(super) fn promote(&mut self) -> Answer {
        let due: Vec<_> = self.scheduled.iter().take_while(|(at, _)| *at <= self.now).copied().collect();
        for entry in &due {
            self.scheduled.remove(entry);
            self.go(entry.1, Status::Ready);
            self.push(entry.1, false);
        }
        self.swept(due.len(), self.scheduled.first().map(|(at, _)| *at))
    }

    pub(super) fn prune(&mut self) -> Answer {
        let now = self.now;
        let end = |model: &Self, number: usize| {
            let task = &model.tasks[number];
            (!task.gone).then_some(task.finished_at? + task.new.retention_ms)
        };
        let over = (0..self.tasks.len()).filter(|number| end(self, *number).is_some_and(|end| end <= now));
        let over: Vec<_> = over.collect();
        for number in &over {
            let status = self.tasks[*number].status.as_str();
            self.tasks[*number].gone = true;
            self.arrow(*number, status, "gone");
        }
        for number in &over {
            self.forget_queue_if_empty(self.tasks[*number].new.queue);
        }
        let next = (0..self.tasks.len()).filter_map(|number| end(self, number)).min();
        self.swept(over.len(), next)
    }

    /// With its last task a queue goes, and with it what it has counted.
    fn forget_queue_if_empty(&mut self, queue: usize) {
        if !self.tasks.iter().any(|task| task.new.queue == queue && !task.gone) {
            self.arrows.retain(|(of, ..), _| *of != queue);
        }
    }

    fn swept(&self, tasks: usize, next: Option<i64>) -> Answer {
        Answer::Swept { tasks, next_in_ms: next.map(|at| at - self.now) }
    }
}
