//! Submit, cancel and retry: what needs no lease.

use waggle_task_queue::model::Status;

use super::{Answer, Model, NewTask, Task};

impl Model {
    pub(super) fn submit(&mut self, tasks: &[NewTask]) -> Answer {
        Answer::Submitted(tasks.iter().map(|task| self.submit_one(task)).collect())
    }

    pub(super) fn submit_once(&mut self, key: u8, new: &NewTask) -> Answer {
        if let Some((before, (task, created))) = self.keys.get(&key) {
            let answer = Answer::SubmittedOnce { task: *task, created: *created, replayed: true };
            return if before == new { answer } else { Answer::IdempotencyMismatch };
        }
        let (task, created) = self.submit_one(new);
        self.keys.insert(key, (new.clone(), (task, created)));
        Answer::SubmittedOnce { task, created, replayed: false }
    }

    fn submit_one(&mut self, new: &NewTask) -> (usize, bool) {
        let number = self.tasks.len();
        if let Some(key) = new.dedup_key {
            let holder = *self.dedup.entry(key).or_insert(number);
            if holder != number {
                return (holder, false);
            }
        }
        self.tasks.push(Task::new(new.clone(), self.now));
        let task = &self.tasks[number];
        let status = task.status;
        match task.run_at {
            Some(run_at) => drop(self.scheduled.insert((run_at, number))),
            None => self.push(number, false),
        }
        self.arrow(number, "new", status.as_str());
        self.deadlines.extend(self.tasks[number].deadline.map(|at| (at, number)));
        (number, true)
    }

    pub(super) fn cancel(&mut self, number: usize) -> Answer {
        let task = &mut self.tasks[number];
        if task.gone {
            return Answer::NotFound;
        }
        match task.status {
            Status::Cancelled => {}
            Status::Running => {
                task.cancel_requested = true;
                return Answer::Cancelled { status: Status::Running };
            }
            Status::Ready | Status::Scheduled => {
                self.leave_index(number);
                self.finish(number, Status::Cancelled);
            }
            finished => return Answer::AlreadyFinished(finished),
        }
        Answer::Cancelled { status: Status::Cancelled }
    }

    /// Takes a task that nobody holds out of the index of its state.
    pub(super) fn leave_index(&mut self, number: usize) {
        let list = self.tasks[number].list();
        if self.tasks[number].status == Status::Ready {
            self.ready.get_mut(&list).expect("a ready task's list").retain(|other| *other != number);
        }
        self.scheduled.retain(|(_, other)| *other != number);
    }

    pub(super) fn retry(&mut self, number: usize) -> Answer {
        let task = &self.tasks[number];
        if task.gone {
            return Answer::NotFound;
        }
        if !matches!(task.status, Status::Failed | Status::Cancelled) {
            return Answer::WrongState(task.status);
        }
        if let Some(key) = task.new.dedup_key
            && *self.dedup.entry(key).or_insert(number) != number
        {
            return Answer::Duplicate;
        }
        self.go(number, Status::Ready);
        let task = &mut self.tasks[number];
        task.attempt = 0;
        task.cancel_requested = false;
        task.run_at = task.first_run_at();
        task.finished_at = None;
        task.settled = None;
        task.outcome = task.outcome.filter(|_| task.fence > 0);
        task.deadline = task.deadline.filter(|at| *at > self.now);
        self.deadlines.extend(task.deadline.map(|at| (at, number)));
        self.push(number, false);
        Answer::Retried
    }
}
