use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waggle_task_queue::model::Stamp;
use waggle_tests::{World, in_a_swarm, task};

use super::support::{between, payloads, stamp};

async fn in_ms(w: &World, ms: i64) -> String {
    let clock: Vec<(i64, i64)> = w.service().redis("TIME");
    Stamp(clock[0].0 * 1_000 + clock[0].1 / 1_000 + ms).to_text()
}

#[test]
fn a_delayed_task_is_scheduled_and_becomes_ready_in_time() {
    in_a_swarm(async |w| {
        let start = Instant::now();
        let task = w.submit(task().delay_ms(2_000)).await;
        assert_eq!(task["status"], "scheduled");
        assert_eq!(between(&task["created_at"], &task["run_at"]), 2_000);
        assert!(w.claim("a").await.is_empty());
        let held = w.claim_one("a").await;
        let waited = start.elapsed();
        assert!(waited >= Duration::from_millis(1_995) && waited < Duration::from_secs(10), "{waited:?}");
        assert!(between(&task["run_at"], &held.task["started_at"]) >= 0, "never before its time");
    });
}

#[test]
fn a_task_for_a_point_in_time_waits_for_it() {
    in_a_swarm(async |w| {
        let at = in_ms(&w, 2_000).await;
        let task = w.submit(task().with("run_at", at.as_str())).await;
        assert_eq!((&task["status"], &task["run_at"]), (&json!("scheduled"), &json!(at)));
        let held = w.claim_one("a").await;
        assert!(between(&task["run_at"], &held.task["started_at"]) >= 0);
    });
}

#[test]
fn a_point_in_time_is_understood_in_any_zone_and_answered_in_utc() {
    in_a_swarm(async |w| {
        let task = w.submit(task().with("run_at", "2100-01-01T02:00:00+02:00")).await;
        assert_eq!(task["run_at"], "2100-01-01T00:00:00.000Z");
    });
}

#[test]
fn a_time_in_the_past_means_now() {
    in_a_swarm(async |w| {
        let task = w.submit(task().with("run_at", "2001-01-01T00:00:00Z")).await;
        assert_eq!(task["status"], "ready");
        assert_eq!(w.claim("a").await.len(), 1);
    });
}

#[test]
fn no_delay_is_no_schedule() {
    in_a_swarm(async |w| {
        let task = w.submit(task().delay_ms(0)).await;
        assert_eq!((&task["status"], &task["run_at"]), (&json!("ready"), &Value::Null));
    });
}

#[test]
fn tasks_become_ready_in_the_order_of_their_times() {
    in_a_swarm(async |w| {
        let tasks = [(3, 250), (1, 150), (2, 200)];
        w.submit_many(tasks.map(|(payload, delay)| task().payload(payload).delay_ms(delay))).await;
        let mut order = Vec::new();
        for _ in 0..3 {
            order.push(w.claim_one("a").await.task);
        }
        assert_eq!(payloads(&order), [1, 2, 3]);
    });
}

#[test]
fn a_scheduled_task_does_not_hold_up_those_that_are_ready() {
    in_a_swarm(async |w| {
        w.submit(task().priority(9).delay_ms(60_000)).await;
        let ready = w.submit_id(task().priority(0)).await;
        assert_eq!(w.claim("a").await[0].id, ready);
    });
}

#[test]
fn a_delayed_task_waits_for_its_own_agent_and_capabilities_afterwards() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().delay_ms(100).agent("mine").requires(json!(["x"])).queue("q")).await;
        w.until_status(&id, "ready").await;
        assert!(w.claim_with(json!({"agent": "mine", "queues": ["q"]})).await.is_empty());
        let held = w.claim_with(json!({"agent": "mine", "queues": ["q"], "capabilities": ["x"]})).await;
        assert_eq!(held[0].id, id);
    });
}

#[test]
fn many_tasks_that_are_due_at_once_all_become_ready() {
    in_a_swarm(async |w| {
        w.submit_many((0..1_000).map(|n| task().payload(n).delay_ms(200))).await;
        w.submit_many((0..600).map(|n| task().payload(n).delay_ms(200))).await;
        let mut got = 0;
        while got < 1_600 {
            // Nobody holds more than 100 tasks.
            let agent = format!("a{got}");
            let held = w.claim_with(json!({"agent": agent, "max_tasks": 100, "wait_ms": 5_000})).await;
            assert!(!held.is_empty(), "{got} of 1,600");
            got += held.len();
        }
        assert!(stamp(&w.list("running").await[0]["run_at"]) > 0);
    });
}
