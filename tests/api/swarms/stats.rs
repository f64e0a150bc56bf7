use serde_json::{Value, json};
use waggle_tests::{PATIENCE, World, in_a_swarm, task, until};

use super::support::{another, fields};

const STATES: [&str; 8] =
    ["blocked", "cancelled", "completed", "failed", "input_required", "ready", "running", "scheduled"];

async fn stats(w: &World) -> Value {
    w.get("/stats").send().await.ok()
}

#[test]
fn an_empty_swarm_is_counted_in_zeros() {
    in_a_swarm(async |w| {
        let stats = stats(&w).await;
        assert_eq!(fields(&stats), ["agents", "oldest_ready_ms", "queues", "rates", "tasks"]);
        assert_eq!(fields(&stats["tasks"]), STATES);
        assert!(stats["tasks"].as_object().unwrap().values().all(|count| *count == 0));
        assert_eq!((&stats["queues"], &stats["oldest_ready_ms"]), (&json!({}), &Value::Null));
        assert_eq!(stats["agents"], json!({"live": 0, "draining": 0, "lost": 0}));
        assert_eq!(fields(&stats["rates"]), ["completed_per_s", "submitted_per_s"]);
        assert!(stats["rates"].as_object().unwrap().values().all(|rate| rate.as_f64() == Some(0.0)));
    });
}

#[test]
fn every_state_is_counted_by_queue_and_in_all() {
    in_a_swarm(async |w| {
        for queue in ["x", "y"] {
            let claim = async || w.claim_with(json!({"agent": "a", "queues": [queue]})).await.remove(0);
            w.submit(task().queue(queue)).await;
            w.complete(&claim().await, 1).await.ok();
            w.submit(task().queue(queue)).await;
            w.fail_with(&claim().await, json!({"retryable": false})).await.ok();
            w.submit(task().queue(queue)).await;
            let released = claim().await;
            w.release(&released).await.ok();
            w.cancel(&released.id).await.ok();
            w.submit(task().queue(queue)).await;
            claim().await;
            w.submit(task().queue(queue).delay_ms(600_000)).await;
            w.submit(task().queue(queue).agent("nobody")).await;
            w.submit(task().queue(queue).requires(json!(["gpu"]))).await;
        }
        let stats = stats(&w).await;
        let queue = json!({"blocked": 0, "scheduled": 1, "ready": 2, "running": 1, "completed": 1, "failed": 1,
            "cancelled": 1, "input_required": 0});
        assert_eq!(stats["queues"], json!({"x": queue, "y": queue}));
        for state in STATES {
            assert_eq!(stats["tasks"][state], queue[state].as_u64().unwrap() * 2, "{state}");
            let listed = w.list(state).await.len();
            assert_eq!(stats["tasks"][state], listed, "as many {state} as a list finds");
        }
        assert_eq!(stats["agents"], json!({"live": 1, "draining": 0, "lost": 0}));
    });
}

#[test]
fn more_queues_than_one_call_reads_are_all_counted() {
    in_a_swarm(async |w| {
        w.submit_many((0..250).map(|n| task().queue(format!("q{n}")))).await;
        let stats = stats(&w).await;
        assert_eq!(
            (stats["queues"].as_object().unwrap().len(), &stats["tasks"]["ready"]),
            (250, &json!(250))
        );
    });
}

#[test]
fn the_age_of_the_oldest_ready_task_counts_from_when_it_was_ready_wherever_it_stands() {
    in_a_swarm(async |w| {
        let age = async || stats(&w).await["oldest_ready_ms"].as_u64();
        for special in [task(), task().agent("nobody"), task().requires(json!(["gpu"]))] {
            let id = w.submit_id(special.delay_ms(1)).await;
            w.until_status(&id, "ready").await;
            let first = age().await.unwrap();
            until("it grows older", PATIENCE, async || age().await.unwrap() >= first + 20).await;
            w.cancel(&id).await.ok();
            assert_eq!(age().await, None);
        }
        w.submit(task().queue("late").lease_ms(60_000)).await;
        let held = w.claim_with(json!({"agent": "a", "queues": ["late"]})).await.remove(0);
        w.release(&held).await.ok();
        w.submit(task().queue("later").priority(9)).await;
        assert!(age().await.unwrap() < 5_000);
    });
}

#[test]
fn rates_tell_what_came_and_went_lately() {
    in_a_swarm(async |w| {
        w.submit_many((0..40).map(|_| task())).await;
        for held in w.claim_with(json!({"agent": "a", "max_tasks": 20})).await {
            w.complete(&held, 1).await.ok();
        }
        let rates = stats(&w).await["rates"].clone();
        let (submitted, completed) =
            (rates["submitted_per_s"].as_f64().unwrap(), rates["completed_per_s"].as_f64().unwrap());
        // The swarm is some seconds old, a minute at most.
        assert!((40.0 / 60.0..=40.0).contains(&submitted), "{submitted}");
        assert!((submitted / completed - 2.0).abs() < 0.01, "{submitted} {completed}");
        let samples = format!("LLEN wg:{{{}}}:samples", w.swarm());
        until("a sample is taken", PATIENCE, async || {
            w.service().redis::<u64>(&samples).into_iter().sum::<u64>() == 1
        })
        .await;
    });
}

#[test]
fn a_swarm_that_is_not_there_is_not_counted() {
    in_a_swarm(async |w| {
        w.client().get(&format!("{}/stats", another(&w))).send().await.problem(404, "swarm_not_found");
    });
}
