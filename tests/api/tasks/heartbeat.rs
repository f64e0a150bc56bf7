use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{fields, stamp};

#[test]
fn a_heartbeat_extends_the_lease_by_as_much_as_it_says() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(10_000)).await;
        let held = w.claim_one("a").await;
        let answer = w.heartbeat(&held, json!({"extend_ms": 60_000})).await.ok();
        assert_eq!(fields(&answer), ["cancel_requested", "lease"]);
        assert_eq!(
            (&answer["cancel_requested"], &answer["lease"]["token"]),
            (&json!(false), &json!(held.token))
        );
        let until = stamp(&answer["lease"]["expires_at"]);
        assert!((60_000..70_000).contains(&(until - stamp(&held.task["started_at"]))));
        assert_eq!(w.task(&held.id).await["lease_expires_at"], answer["lease"]["expires_at"]);
    });
}

#[test]
fn without_a_number_it_extends_by_the_task_s_own_lease() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(40_000)).await;
        let held = w.claim_with(json!({"agent": "a", "lease_ms": 5_000})).await.remove(0);
        let answer = w.heartbeat(&held, json!({})).await.ok();
        let until = stamp(&answer["lease"]["expires_at"]) - stamp(&held.task["started_at"]);
        assert!((40_000..50_000).contains(&until), "{until}");
    });
}

#[test]
fn a_lease_that_is_kept_alive_outlives_its_first_length() {
    in_a_swarm(async |w| {
        w.submit(task().lease_ms(3_000)).await;
        let held = w.claim_one("a").await;
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(3_500) {
            w.heartbeat(&held, json!({})).await.ok();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(w.claim("b").await.is_empty());
        w.complete(&held, 1).await.ok();
        assert_eq!(w.task(&held.id).await["attempt"], 1);
    });
}

#[test]
fn a_heartbeat_may_shorten_the_lease_too() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.heartbeat(&held, json!({"extend_ms": 100})).await.ok();
        assert_eq!(w.claim_one("b").await.attempt, 2);
    });
}

#[test]
fn progress_is_shown_and_the_last_one_stays() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        assert_eq!(w.task(&held.id).await["progress"], Value::Null);
        w.heartbeat(&held, json!({"progress": {"done": 0.5}})).await.ok();
        w.heartbeat(&held, json!({})).await.ok();
        assert_eq!(w.task(&held.id).await["progress"], json!({"done": 0.5}));
        w.heartbeat(&held, json!({"progress": "x".repeat(20_000)})).await.ok();
        assert_eq!(w.task(&held.id).await["progress"].as_str().unwrap().len(), 20_000);
    });
}

#[test]
fn the_next_claimer_sees_how_far_the_one_before_came() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.heartbeat(&held, json!({"progress": {"page": 7}})).await.ok();
        w.release(&held).await.ok();
        assert_eq!(w.claim_one("b").await.task["progress"], json!({"page": 7}));
    });
}

#[test]
fn the_holder_learns_that_it_shall_stop() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.cancel(&held.id).await.ok();
        assert_eq!(w.heartbeat(&held, json!({})).await.ok()["cancel_requested"], true);
    });
}

#[test]
fn a_heartbeat_never_revives_what_has_finished() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|_| task())).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 3})).await;
        w.complete(&held[0], 1).await.ok();
        w.fail_with(&held[1], json!({"retryable": false})).await.ok();
        w.cancel(&held[2].id).await.ok();
        w.release(&held[2]).await.ok();
        for (held, status) in held.iter().zip(["completed", "failed", "cancelled"]) {
            w.heartbeat(held, json!({"progress": 1})).await.problem(409, "lease_lost");
            let task = w.task(&held.id).await;
            assert_eq!((&task["status"], &task["progress"]), (&json!(status), &Value::Null));
        }
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (fields, pointer) in [
            (json!({"extend_ms": 99}), "/extend_ms"),
            (json!({"extend_ms": 86_400_001}), "/extend_ms"),
            (json!({"extend_ms": "long"}), "/extend_ms"),
            (json!({"progres": 1}), "/progres"),
            (json!({"lease": ""}), "/lease"),
        ] {
            let problem = w.heartbeat(&held, fields.clone()).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{fields}");
        }
        assert_eq!(w.task(&held.id).await["lease_expires_at"], held.task["lease_expires_at"]);
    });
}
