use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::stamp;

#[test]
fn a_task_given_back_is_ready_and_the_attempt_does_not_count() {
    in_a_swarm(async |w| {
        w.submit(task().max_attempts(1)).await;
        for _ in 0..5 {
            let held = w.claim_one("a").await;
            assert_eq!(held.attempt, 1);
            let answer = w.release(&held).await.ok();
            assert_eq!((&answer["id"], &answer["status"]), (&json!(held.id), &json!("ready")));
            let task = w.task(&held.id).await;
            assert_eq!((&task["status"], &task["attempt"]), (&json!("ready"), &json!(0)));
            assert_eq!(task["lease_expires_at"], Value::Null);
        }
    });
}

#[test]
fn the_next_claim_has_the_same_number_and_another_token() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let first = w.claim_one("a").await;
        w.release(&first).await.ok();
        let second = w.claim_one("b").await;
        assert_eq!((first.attempt, second.attempt), (1, 1));
        assert!(second.fence() > first.fence());
        w.complete(&first, 1).await.problem(409, "lease_lost");
    });
}

#[test]
fn a_task_may_be_given_back_for_later() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let answer = w.on(&held.id, "release", json!({"lease": held.token, "delay_ms": 2_000})).await.ok();
        assert_eq!(answer["status"], "scheduled");
        stamp(&answer["run_at"]);
        assert!(w.claim("a").await.is_empty());
        assert_eq!(w.claim_one("a").await.attempt, 1);
    });
}

#[test]
fn again_with_the_same_token_it_is_answered_alike() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.release(&held).await.ok();
        let next = w.claim_one("b").await;
        let again = w.release(&held).await.ok();
        assert_eq!((&again["status"], &again["replayed"]), (&json!("ready"), &json!(true)));
        assert_eq!(w.status(&held.id).await, "running", "a replay takes nothing from the next holder");
        w.complete(&next, 1).await.ok();
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (body, pointer) in [
            (json!({}), "/lease"),
            (json!({"lease": held.token, "delay_ms": -1}), "/delay_ms"),
            (json!({"lease": held.token, "delay_ms": 31_622_400_001_u64}), "/delay_ms"),
            (json!({"lease": held.token, "delay": 1}), "/delay"),
        ] {
            let problem = w.on(&held.id, "release", body.clone()).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
    });
}
