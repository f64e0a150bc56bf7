//! Tasks that are looked at by those that depended on them, on a clock that is moved by hand.

use serde_json::json;
use waggle_core::Call;
use waggle_task_queue::maintenance::Pruner;
use waggle_task_queue::model::{InputRequest, Status, TaskId};

use crate::support::{Store, new_task};

const DEPENDENTS: usize = 2_500;
const HOUR: u64 = 3_600_000;

async fn exists(store: &Store, id: TaskId) -> bool {
    store.queue.get(&store.swarm, id, std::time::Duration::ZERO).await.is_ok()
}

/// Sweeps until nothing is due; so many sweeps at most.
async fn prune(store: &Store, most: usize) {
    for _ in 0..most {
        let swept = Pruner.run_once(&store.redis, &store.swarm).await.unwrap();
        if swept.next_in.is_none_or(|wait| !wait.is_zero()) {
            return;
        }
    }
    panic!("after {most} sweeps there is more to be pruned");
}

#[tokio::test]
async fn a_task_with_thousands_of_dependents_goes_when_the_last_one_has_finished() {
    let store = Store::start().await;
    let first = store.submit(json!({"retention_ms": 1_000})).await;
    let (id, lease) = store.claim_one(json!({})).await;
    store.complete(id, lease).await;
    let long = json!({"queue": "many", "depends_on": [first], "retention_ms": 2 * HOUR});
    for _ in 0..DEPENDENTS {
        store.submit(long.clone()).await;
    }
    let last = store.submit(json!({"queue": "last", "depends_on": [first]})).await;
    for _ in 0..DEPENDENTS.div_ceil(100) {
        for task in store.claim(json!({"queues": ["many"], "max_tasks": 100})).await {
            let lease = crate::support::token(&task);
            store.complete(task.id, lease).await;
        }
    }
    store.advance(HOUR);
    prune(&store, 20).await;
    assert!(exists(&store, first).await, "the last one may still look");
    let (id, lease) = store.claim_one(json!({"queues": ["last"]})).await;
    assert_eq!(id, last);
    store.complete(id, lease).await;
    store.advance(60_000);
    prune(&store, 20).await;
    assert!(!exists(&store, first).await, "nobody looks any more");
    store.clean().await;
}

#[tokio::test]
async fn an_answer_to_a_question_that_was_asked_before_is_not_taken_for_the_new_one() {
    let store = Store::start().await;
    store.queue.submit(&store.swarm, new_task(json!({})), None).await.unwrap();
    for (prompt, fence) in [("first", "1"), ("second", "2")] {
        let (id, lease) = store.claim_one(json!({})).await;
        assert!(lease.starts_with(fence));
        let request = json!({"lease": lease, "prompt": prompt});
        let request: InputRequest = serde_json::from_value(request).unwrap();
        store.queue.input_request(&store.swarm, id, request).await.unwrap();
        if prompt == "first" {
            let input = serde_json::from_value(json!({"value": 1})).unwrap();
            store.queue.input(&store.swarm, id, input).await.unwrap();
            continue;
        }
        let mut call = Call::new("task_input_v1", &store.key(""));
        call.arg(id.to_string()).arg("1").arg("\0{}");
        let reply = store.redis.call(call).await.unwrap();
        assert_eq!(format!("{reply:?}"), "array([bulk-string('\"ASKEDANEW\"')])");
        let task = store.queue.get(&store.swarm, id, std::time::Duration::ZERO).await.unwrap();
        assert_eq!(task.status, Status::InputRequired);
    }
}
