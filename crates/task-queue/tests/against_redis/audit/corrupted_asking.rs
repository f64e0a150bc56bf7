//! What belongs to questions and usage: each check sees what it is for, and nothing else is found.

use serde_json::json;
use waggle_task_queue::audit::Check;
use waggle_task_queue::model::{InputRequest, TaskId};

use crate::support::Store;

/// A task that asks and has used something up, and one that is ready.
struct Sample {
    store: Store,
    asking: TaskId,
    ready: TaskId,
}

impl Sample {
    async fn start() -> Self {
        let store = Store::start().await;
        let asking = store.submit(json!({})).await;
        let (id, lease) = store.claim_one(json!({})).await;
        let request = json!({"lease": lease, "prompt": "p", "usage": {"tokens": 3}});
        let request: InputRequest = serde_json::from_value(request).unwrap();
        store.queue.input_request(&store.swarm, id, request).await.unwrap();
        let ready = store.submit(json!({})).await;
        assert_eq!(store.clean().await.tasks, 2);
        Self { store, asking, ready }
    }

    /// Writes past all operations, and expects exactly these findings.
    async fn finds(&self, write: &[&str], expected: &[(Check, &str)]) {
        self.store.set(write);
        let found = self.store.findings().await;
        let found: Vec<_> = found.iter().map(|(check, subject)| (*check, subject.as_str())).collect();
        assert_eq!(found, expected, "after {write:?}");
    }
}

#[tokio::test]
async fn a_task_that_asks_and_is_in_no_index_or_at_another_time() {
    let sample = Sample::start().await;
    let asking = sample.asking.to_string();
    sample.finds(&["ZADD", "asking", "7", &asking], &[(Check::Schedule, &asking)]).await;
    sample.finds(&["ZREM", "asking", &asking], &[(Check::NotIndexed, &asking)]).await;
}

#[tokio::test]
async fn a_task_among_those_that_ask_which_does_not() {
    let sample = Sample::start().await;
    let ready = sample.ready.to_string();
    sample.finds(&["ZADD", "asking", "7", &ready], &[(Check::WrongIndex, &ready)]).await;
    sample.finds(&["ZREM", "asking", &ready], &[]).await;
    let nobody = TaskId::new().to_string();
    sample.finds(&["ZADD", "asking", "7", &nobody], &[(Check::Dangling, &nobody)]).await;
}

#[tokio::test]
async fn a_question_that_is_gone() {
    let sample = Sample::start().await;
    let asking = sample.asking.to_string();
    let twice = [(Check::Flags, asking.as_str()), (Check::Flags, asking.as_str())];
    sample.finds(&["DEL", &format!("ir:{asking}")], &twice).await;
}

#[tokio::test]
async fn what_no_flag_tells_of_would_be_left_behind() {
    let sample = Sample::start().await;
    let (asking, ready) = (sample.asking.to_string(), sample.ready.to_string());
    sample.finds(&["HSET", &format!("s:{asking}"), "fl", "q"], &[(Check::Flags, &asking)]).await;
    sample.finds(&["HSET", &format!("s:{asking}"), "fl", "uq"], &[]).await;
    sample.finds(&["SET", &format!("ir:{ready}"), "x"], &[(Check::Flags, &ready)]).await;
}

#[tokio::test]
async fn a_question_and_usage_of_no_task() {
    let sample = Sample::start().await;
    let nobody = TaskId::new();
    let (question, usage) = (format!("ir:{nobody}"), format!("us:{nobody}"));
    sample.finds(&["SET", &question, "x"], &[(Check::Orphan, &question)]).await;
    sample.finds(&["HSET", &usage, "t", "1"], &[(Check::Orphan, &question), (Check::Orphan, &usage)]).await;
}
