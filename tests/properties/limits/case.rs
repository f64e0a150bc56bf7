//! The queue in the store.

use std::rc::Rc;
use std::time::Duration;

use waggle_task_queue::maintenance::Reaper;
use waggle_task_queue::model::{
    Claim, Complete, NewTask, QueueName, QueueSettings, Rate, Release, Status, SwarmName, TaskId, Text,
};

use super::model::LEASE_MS;
use super::{Model, Rules, Step, Task};
use crate::store::Backend;

const QUEUE: &str = "q";

/// A queue in a store, and the model of it.
pub(super) struct Case {
    backend: Rc<Backend>,
    swarm: SwarmName,
    model: Model,
    ids: Vec<TaskId>,
    tokens: Vec<String>,
}

impl Case {
    pub(super) fn new() -> Self {
        let backend = Backend::of_this_test();
        let swarm = backend.swarm();
        let mut model = Model::default();
        model.now = 1_000_000;
        backend.set_clock(&swarm, model.now);
        Self { backend, swarm, model, ids: Vec::new(), tokens: Vec::new() }
    }

    /// # Panics
    /// When the store does something else than it should.
    pub(super) fn run(mut self, steps: &[Step]) {
        let backend = Rc::clone(&self.backend);
        for step in steps {
            backend.runtime.block_on(self.step(step));
        }
        backend.runtime.block_on(self.compare());
        backend.audit(&self.swarm);
    }

    async fn step(&mut self, step: &Step) {
        match step {
            Step::Submit(tasks) => self.submit(tasks).await,
            Step::Claim { most } => self.claim(*most).await,
            Step::Complete { at } => self.settle(*at, Status::Completed).await,
            Step::Release { at } => self.settle(*at, Status::Ready).await,
            Step::Cancel { at } => self.cancel(*at).await,
            Step::Say(rules) => self.say(*rules).await,
            Step::Advance { ms } => {
                self.model.now += ms;
                self.backend.set_clock(&self.swarm, self.model.now);
            }
            Step::Reap => {
                Reaper.run_once(&self.backend.redis, &self.swarm).await.unwrap();
                self.model.reap();
            }
        }
    }

    async fn submit(&mut self, tasks: &[Task]) {
        for task in tasks {
            let submitted = self.backend.queue.submit(&self.swarm, new_task(task), None).await.unwrap();
            self.ids.push(submitted.task.id);
            self.tokens.push(String::new());
            self.model.tasks.push(task.clone());
        }
    }

    async fn claim(&mut self, most: usize) {
        let claim = Claim {
            agent: "a".parse().unwrap(),
            queues: vec![queue()],
            capabilities: None,
            max_tasks: most,
            lease_ms: None,
            wait_ms: 0,
            claim_id: None,
        };
        let due = self.model.due(most.min(100 - self.model.standing(Status::Running).len()));
        let claimed = self.backend.queue.claim(&self.swarm, claim).await.unwrap();
        let got: Vec<_> = claimed.tasks.iter().map(|task| self.number(task.id)).collect();
        assert_eq!(got.len(), due, "a claim of {most}");
        for (at, task) in got.iter().zip(claimed.tasks) {
            self.tokens[*at] = task.lease.unwrap().token;
        }
        self.model.claimed(&got);
    }

    async fn settle(&mut self, at: usize, status: Status) {
        let live = |at: &usize| self.model.tasks[*at].expires > self.model.now;
        let running: Vec<_> = self.model.standing(Status::Running).into_iter().filter(live).collect();
        let Some(at) = nth(&running, at) else { return };
        let (id, lease) = (self.ids[at], self.tokens[at].clone());
        if status == Status::Completed {
            self.backend
                .queue
                .complete(&self.swarm, id, Complete { lease, result: None, usage: None })
                .await
                .unwrap();
        } else {
            self.backend
                .queue
                .release(&self.swarm, id, Release { lease, delay_ms: 0, usage: None })
                .await
                .unwrap();
        }
        self.model.end(at, status);
    }

    async fn cancel(&mut self, at: usize) {
        let Some(at) = nth(&self.model.standing(Status::Ready), at) else { return };
        self.backend.queue.cancel(&self.swarm, self.ids[at]).await.unwrap();
        self.model.end(at, Status::Cancelled);
    }

    async fn say(&mut self, rules: Rules) {
        let settings = QueueSettings {
            concurrency: rules.concurrency,
            concurrency_per_key: rules.per_key,
            rate: rules.rate.map(|(limit, per)| Rate { limit, per_ms: per.cast_unsigned() }),
            ..QueueSettings::default()
        };
        self.backend.queue.put_queue(&self.swarm, &queue(), settings).await.unwrap();
        if rules.paused {
            self.backend.queue.pause_queue(&self.swarm, &queue()).await.unwrap();
        } else {
            self.backend.queue.resume_queue(&self.swarm, &queue()).await.unwrap();
        }
        self.model.say(rules);
    }

    async fn compare(&self) {
        for (id, task) in self.ids.iter().zip(&self.model.tasks) {
            let found = self.backend.queue.get(&self.swarm, *id, Duration::ZERO).await.unwrap();
            assert_eq!(found.status, task.status, "{task:?}");
        }
    }

    fn number(&self, id: TaskId) -> usize {
        self.ids.iter().position(|known| *known == id).unwrap_or_else(|| panic!("{id} was never submitted"))
    }
}

/// The element at a place of a hundred.
fn nth(all: &[usize], at: usize) -> Option<usize> {
    all.get(at * all.len() / 100).copied()
}

fn queue() -> QueueName {
    QUEUE.parse().unwrap()
}

fn new_task(task: &Task) -> NewTask {
    let key = |key: Option<u8>| key.map(|key| -> Text { format!("k{key}").parse().unwrap() });
    let mut new = NewTask {
        queue: queue(),
        priority: task.priority,
        fairness_key: key(task.fair),
        fairness_weight: task.weight,
        concurrency_key: key(task.slot),
        max_attempts: Some(1_000),
        lease_ms: Some(LEASE_MS.cast_unsigned()),
        ..NewTask::default()
    };
    new.check().unwrap();
    new
}
