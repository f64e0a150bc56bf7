//! The tasks in the store.

use std::rc::Rc;

use waggle_task_queue::limits::PARENTS;
use waggle_task_queue::maintenance::{Promoter, Reaper, Resolver, Timekeeper};
use waggle_task_queue::model::{
    Action, Budget, Input, Json, NewTask, QueueName, Stamp, Status, SwarmName, TaskFilter, TaskId,
};

use super::model::{ATTEMPTS, LEASE_MS};
use super::{Model, New, Step, Task};
use crate::store::Backend;

/// Tags that many tasks share, and types.
pub(super) const GROUPS: usize = 2;
pub(super) const KINDS: usize = 3;
/// The queue of all tasks.
pub(super) const QUEUE: &str = "q";

/// Tasks in a store, and the model of them.
pub(super) struct Case {
    pub(super) backend: Rc<Backend>,
    pub(super) swarm: SwarmName,
    pub(super) model: Model,
    pub(super) ids: Vec<TaskId>,
    pub(super) tokens: Vec<String>,
    /// Whether ready tasks have an order that the model knows.
    pub(super) in_order: bool,
}

impl Case {
    pub(super) fn new(in_order: bool) -> Self {
        let backend = Backend::of_this_test();
        let swarm = backend.swarm();
        let model = Model { now: 1_000_000, ..Model::default() };
        backend.set_clock(&swarm, model.now);
        Self { backend, swarm, model, ids: Vec::new(), tokens: Vec::new(), in_order }
    }

    /// # Panics
    /// When the store does something else than it should.
    pub(super) fn run(mut self, steps: &[Step]) {
        let backend = Rc::clone(&self.backend);
        for step in steps {
            backend.runtime.block_on(async {
                self.step(step).await;
                self.tell_all().await;
                self.compare(step).await;
            });
            self.compare_arrows(step);
        }
        backend.runtime.block_on(self.compare_lists());
        backend.audit(&self.swarm);
    }

    async fn step(&mut self, step: &Step) {
        let queue = self.backend.queue.clone();
        let swarm = self.swarm.clone();
        match step {
            Step::Submit(new) => self.submit(new).await,
            Step::Claim { most } => self.claim(*most).await,
            Step::Use { at, tokens } => self.beat(*at, *tokens).await,
            Step::Complete { .. } | Step::Fail { .. } | Step::Release { .. } | Step::Ask { .. } => {
                self.settle(step).await;
            }
            Step::Answer { at } => {
                let Some(at) = nth(&self.model.standing(Status::InputRequired), *at) else { return };
                let value = Json::parse("1".to_owned()).unwrap();
                queue.input(&swarm, self.ids[at], Input { value }).await.unwrap();
                self.model.answer(at);
            }
            Step::Cancel { at } => {
                let Some(at) = nth(&self.unfinished(), *at) else { return };
                queue.cancel(&swarm, self.ids[at]).await.unwrap();
                self.model.cancel(at);
            }
            Step::Cascade { at } => {
                // A finished task refuses to be cancelled, and what is below it is cancelled all the same.
                let Some(at) = nth(&self.model.those(|_| true), *at) else { return };
                queue.cascade(&swarm, self.ids[at]).await.unwrap();
                self.model.cascade(at);
            }
            Step::Retry { at } => {
                let over = |task: &Task| matches!(task.status, Status::Failed | Status::Cancelled);
                let Some(at) = nth(&self.model.those(over), *at) else { return };
                queue.retry(&swarm, self.ids[at]).await.unwrap();
                self.model.retry(at);
            }
            Step::Delete { at } => {
                let Some(at) = nth(&self.model.those(|_| true), *at) else { return };
                let filter = TaskFilter { tag: Some(tag(at).parse().unwrap()), ..TaskFilter::default() };
                queue.act(&swarm, Action::Delete, &filter, None).await.unwrap();
                self.model.delete(at);
            }
            Step::Advance { ms } => {
                self.model.now += ms;
                self.backend.set_clock(&self.swarm, self.model.now);
            }
            Step::Promote | Step::Reap | Step::Expire | Step::Resolve => self.sweep(step).await,
        }
    }

    async fn submit(&mut self, new: &New) {
        let known = self.model.those(|_| true);
        // One may be named twice.
        let depends_on: Vec<_> = new.depends_on.iter().filter_map(|at| nth(&known, *at)).collect();
        let shallow = |at: &usize| self.model.depth(*at) < PARENTS;
        let parent = new.parent.and_then(|at| nth(&known, at)).filter(shallow);
        let now = self.model.now;
        let deadline = new.deadline_ms.map(|ms| now + new.delay_ms + ms);
        let mut task = NewTask {
            queue: queue(),
            depends_on: depends_on.iter().map(|at| self.ids[*at]).collect(),
            on_dependency_failure: new.policy,
            delay_ms: new.delay_ms.cast_unsigned(),
            parent: parent.map(|at| self.ids[at]),
            deadline: deadline.map(Stamp),
            max_attempts: Some(ATTEMPTS),
            lease_ms: Some(LEASE_MS.cast_unsigned()),
            budget: new.budget.map(|(tokens, on_exceeded)| Budget {
                tokens: Some(tokens),
                on_exceeded,
                ..Budget::default()
            }),
            tags: vec![tag(self.ids.len()).parse().unwrap(), group(self.ids.len() % GROUPS).parse().unwrap()],
            kind: Some(group(self.ids.len() % KINDS).parse().unwrap()),
            ..NewTask::default()
        };
        task.check().unwrap();
        let submitted = self.backend.queue.submit(&self.swarm, task, None).await.unwrap();
        self.ids.push(submitted.task.id);
        self.tokens.push(String::new());
        let task = Task::new(new.policy, parent, now + new.delay_ms, deadline);
        self.model.submit(Task { budget: new.budget, ..task }, &depends_on);
    }

    async fn sweep(&mut self, step: &Step) {
        let (redis, swarm) = (&self.backend.redis, &self.swarm);
        match step {
            Step::Promote => {
                Promoter.run_once(redis, swarm).await.unwrap();
                self.model.promote();
            }
            Step::Reap => {
                Reaper.run_once(redis, swarm).await.unwrap();
                self.model.reap();
            }
            Step::Expire => {
                Timekeeper.run_once(redis, swarm).await.unwrap();
                self.model.expire();
            }
            _ => drop(Resolver.run_once(redis, swarm).await.unwrap()),
        }
    }

    /// Until nobody waits to be told.
    async fn tell_all(&self) {
        while Resolver.run_once(&self.backend.redis, &self.swarm).await.unwrap().next_in.is_some() {}
    }

    fn unfinished(&self) -> Vec<usize> {
        self.model.those(|task| !task.status.is_finished())
    }
}

/// The element at a place of a hundred.
pub(super) fn nth(all: &[usize], at: usize) -> Option<usize> {
    all.get(at * all.len() / 100).copied()
}

pub(super) fn queue() -> QueueName {
    QUEUE.parse().unwrap()
}

/// Each task has a tag of its own, by which an action finds it.
fn tag(at: usize) -> String {
    format!("t{at}")
}

/// The tag or the type of many.
pub(super) fn group(number: usize) -> String {
    format!("g{number}")
}
