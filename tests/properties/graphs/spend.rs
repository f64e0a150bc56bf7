//! What tasks use up, and what follows when that is more than they may.

use waggle_task_queue::model::{OnExceeded, Status};

use super::Model;
use super::model::LEASE_MS;

impl Model {
    /// A holder keeps its lease alive and says what was used; returns whether a budget is used up.
    pub(super) fn beat(&mut self, at: usize, tokens: u64) -> bool {
        self.tasks[at].own += tokens;
        for above in self.line(at).into_iter().skip(1) {
            self.tasks[above].below += tokens;
        }
        let over = self.line(at).into_iter().find_map(|at| Some((at, self.passed(at)?)));
        let Some((whose, policy)) = over else {
            let (now, task) = (self.now, &mut self.tasks[at]);
            task.expires = (now + LEASE_MS).min(task.deadline.unwrap_or(i64::MAX));
            return false;
        };
        if !self.stop(at) {
            match policy {
                OnExceeded::Fail => self.fail(at, Some("budget_exceeded")),
                OnExceeded::InputRequired => {
                    self.tasks[at].attempt -= 1;
                    self.tasks[at].asks_for = Some(whose);
                    self.go(at, Status::InputRequired);
                }
            }
        }
        self.resolve();
        true
    }

    /// Whose budget it was that a task asked for has as much once more.
    pub(super) fn grant(&mut self, at: usize) {
        if let Some(whose) = self.tasks[at].asks_for.take() {
            let task = &mut self.tasks[whose];
            task.granted = task.own + task.below;
        }
    }

    /// A task and those that it belongs to, the nearest first, as far as they are there.
    fn line(&self, at: usize) -> Vec<usize> {
        let there = |at: usize| Some(at).filter(|at| !self.tasks[*at].gone);
        std::iter::successors(there(at), |at| self.tasks[*at].parent.and_then(there)).collect()
    }

    fn passed(&self, at: usize) -> Option<OnExceeded> {
        let task = &self.tasks[at];
        let (tokens, policy) = task.budget?;
        (task.own + task.below - task.granted > tokens).then_some(policy)
    }
}
