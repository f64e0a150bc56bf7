//! What the holder of a lease may do, and what anybody else is answered.

use waggle_task_queue::model::Status;

use super::task::{Settled, Verb};
use super::{Answer, Model, Outcome, Token};

impl Model {
    /// Whether a task is held under a fence right now.
    pub(super) fn is_held(&self, number: usize, fence: u64) -> bool {
        let task = &self.tasks[number];
        task.status == Status::Running && !task.gone && task.fence == fence && self.now < task.expires_at
    }

    pub(super) fn heartbeat(
        &mut self,
        number: usize,
        token: Token,
        extend_ms: Option<i64>,
        progress: Option<u32>,
    ) -> Answer {
        if let Err(answer) = self.held(number, token, None) {
            return answer;
        }
        let (now, task) = (self.now, &mut self.tasks[number]);
        self.leases.remove(&(task.expires_at, number));
        task.expires_at = task.lease_until(now + extend_ms.unwrap_or(task.new.lease_ms));
        task.progress = progress.or(task.progress);
        self.leases.insert((task.expires_at, number));
        Answer::Extended { expires_at: task.expires_at, cancel_requested: task.cancel_requested }
    }

    pub(super) fn complete(&mut self, number: usize, token: Token, result: Option<u32>) -> Answer {
        if let Err(answer) = self.held(number, token, Some(Verb::Complete)) {
            return answer;
        }
        self.tasks[number].outcome = result.map(Outcome::Result);
        self.settle(number, Verb::Complete, Status::Completed, None)
    }

    pub(super) fn fail(
        &mut self,
        number: usize,
        token: Token,
        retryable: bool,
        retry_after_ms: Option<i64>,
    ) -> Answer {
        if let Err(answer) = self.held(number, token, Some(Verb::Fail)) {
            return answer;
        }
        let task = &mut self.tasks[number];
        task.outcome = Some(Outcome::Error);
        if task.cancel_requested {
            return self.settle(number, Verb::Fail, Status::Cancelled, None);
        }
        if !retryable || task.attempt >= task.new.max_attempts {
            return self.settle(number, Verb::Fail, Status::Failed, None);
        }
        let run_at = self.now + retry_after_ms.unwrap_or_else(|| task.backoff_ms());
        self.settle(number, Verb::Fail, Status::Scheduled, Some(run_at))
    }

    pub(super) fn release(&mut self, number: usize, token: Token, delay_ms: i64) -> Answer {
        if let Err(answer) = self.held(number, token, Some(Verb::Release)) {
            return answer;
        }
        let task = &mut self.tasks[number];
        if task.cancel_requested {
            return self.settle(number, Verb::Release, Status::Cancelled, None);
        }
        task.attempt -= 1;
        match delay_ms {
            0 => self.settle(number, Verb::Release, Status::Ready, None),
            _ => self.settle(number, Verb::Release, Status::Scheduled, Some(self.now + delay_ms)),
        }
    }

    /// Nothing when the call may go on; else what it is answered.
    fn held(&self, number: usize, token: Token, verb: Option<Verb>) -> Result<(), Answer> {
        let task = &self.tasks[number];
        if task.gone {
            return Err(Answer::NotFound);
        }
        let lost = Err(Answer::LeaseLost { attempt: task.attempt });
        let Some(fence) = token.fence(task.fence) else { return lost };
        if self.is_held(number, fence) {
            return Ok(());
        }
        match task.settled {
            Some(Settled { fence: last, verb: by, status, run_at }) if last == fence && Some(by) == verb => {
                Err(Answer::Settled { status, run_at, replayed: true })
            }
            _ => lost,
        }
    }

    fn settle(&mut self, number: usize, verb: Verb, status: Status, run_at: Option<i64>) -> Answer {
        self.leave_lease(number);
        match status {
            Status::Ready => {
                self.go(number, status);
                self.push(number, true);
            }
            Status::Scheduled => {
                self.go(number, status);
                self.tasks[number].run_at = run_at;
                self.scheduled.insert((run_at.expect("a time"), number));
            }
            finished => self.finish(number, finished),
        }
        let task = &mut self.tasks[number];
        task.settled = Some(Settled { fence: task.fence, verb, status, run_at });
        Answer::Settled { status, run_at, replayed: false }
    }

    pub(super) fn leave_lease(&mut self, number: usize) {
        let removed = self.leases.remove(&(self.tasks[number].expires_at, number));
        assert!(removed, "a running task has a lease");
    }
}
