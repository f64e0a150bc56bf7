//! What agents say: they claim, and they end what they hold.

use waggle_task_queue::model::{Claim, Complete, Fail, Heartbeat, InputRequest, Release, TaskError, Usage};

use super::case::{nth, queue};
use super::{Case, Step};

impl Case {
    pub(super) async fn claim(&mut self, most: usize) {
        let claim = Claim {
            agent: "a".parse().unwrap(),
            queues: vec![queue()],
            capabilities: None,
            max_tasks: most,
            lease_ms: None,
            wait_ms: 0,
            claim_id: None,
        };
        let claimed = self.backend.queue.claim(&self.swarm, claim).await.unwrap();
        let number = |id| self.ids.iter().position(|known| *known == id).unwrap();
        let got: Vec<_> = claimed.tasks.iter().map(|task| number(task.id)).collect();
        for (at, task) in got.iter().zip(claimed.tasks) {
            self.tokens[*at] = task.lease.unwrap().token;
        }
        if !self.in_order {
            self.model.prefer(&got);
        }
        assert_eq!(got, self.model.claim(most), "a claim of {most}");
    }

    /// The holder of a task says what was used.
    pub(super) async fn beat(&mut self, at: usize, tokens: u64) {
        let Some(at) = nth(&self.model.held(), at) else { return };
        let usage = Some(Usage { tokens, ..Usage::default() });
        let beat = Heartbeat { lease: self.tokens[at].clone(), extend_ms: None, progress: None, usage };
        let told = self.backend.queue.heartbeat(&self.swarm, self.ids[at], beat).await.unwrap();
        let exceeded = self.model.beat(at, tokens);
        assert_eq!(told.budget_exceeded, exceeded, "after {tokens} tokens of task {at}: is a budget used up");
    }

    /// What the holder of a task says that ends its lease.
    pub(super) async fn settle(&mut self, step: &Step) {
        let (queue, swarm) = (&self.backend.queue, &self.swarm);
        let (Step::Complete { at } | Step::Fail { at } | Step::Release { at, .. } | Step::Ask { at }) = step
        else {
            panic!("{step:?} is nothing that a holder says")
        };
        let Some(at) = nth(&self.model.held(), *at) else { return };
        let (id, lease) = (self.ids[at], self.tokens[at].clone());
        match step {
            Step::Complete { .. } => {
                let complete = Complete { lease, result: None, usage: None };
                queue.complete(swarm, id, complete).await.unwrap();
                self.model.complete(at);
            }
            Step::Fail { .. } => {
                let error = TaskError { message: "no luck".to_owned(), kind: None, details: None };
                let fail = Fail { lease, error, retryable: false, retry_after_ms: None, usage: None };
                queue.fail(swarm, id, fail).await.unwrap();
                self.model.fail_for_good(at);
            }
            Step::Release { delay_ms, .. } => {
                let release = Release { lease, delay_ms: delay_ms.cast_unsigned(), usage: None };
                queue.release(swarm, id, release).await.unwrap();
                self.model.release(at, *delay_ms);
            }
            _ => {
                let request = InputRequest { lease, prompt: "which?".to_owned(), schema: None, usage: None };
                queue.input_request(swarm, id, request).await.unwrap();
                self.model.ask(at);
            }
        }
    }
}
