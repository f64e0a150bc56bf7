//! What the end of a task brings along.

use waggle_task_queue::model::{DependencyPolicy, Status};

use super::Model;

impl Model {
    /// Those who wait hear of each end, in the order of the ends and of their waiting; one that gives up is an end as well.
    pub(super) fn resolve(&mut self) {
        while let Some((ended, well)) = self.ended.pop_front() {
            for at in self.waiting.clone() {
                if self.tasks[at].pending.remove(&ended) {
                    self.tell(at, well);
                }
            }
        }
    }

    fn tell(&mut self, at: usize, well: bool) {
        let task = &self.tasks[at];
        if !well && task.policy != DependencyPolicy::Run {
            return self.give_up(at);
        }
        if !task.pending.is_empty() {
            return;
        }
        if task.run_at > self.now {
            return self.go(at, Status::Scheduled);
        }
        self.go(at, Status::Ready);
        self.ready.push_back(at);
    }

    /// What it depended on will never be done.
    pub(super) fn give_up(&mut self, at: usize) {
        self.tasks[at].kind = Some("dependency_failed");
        let cancelled = self.tasks[at].policy == DependencyPolicy::Cancel;
        self.finish(at, if cancelled { Status::Cancelled } else { Status::Failed });
    }
}
