use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::a_moment;

#[test]
fn a_task_whose_lease_ends_is_ready_again_at_once_and_the_attempt_counts() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let dead = w.claim_briefly("dead").await;
        let next = w.claim_one("alive").await;
        assert_eq!((next.id.as_str(), next.attempt), (dead.id.as_str(), 2));
        assert!(next.fence() > dead.fence());
        assert_eq!(next.task["error"]["kind"], "lease_expired");
        w.complete(&next, 1).await.ok();
    });
}

#[test]
fn when_all_attempts_ended_so_the_task_has_failed_with_kind_lease_expired() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().max_attempts(2)).await;
        for attempt in 1..=2 {
            assert_eq!(w.claim_briefly("poisoned").await.attempt, attempt);
        }
        let failed = w.until_status(&id, "failed").await;
        assert_eq!((&failed["error"]["kind"], &failed["attempt"]), (&json!("lease_expired"), &json!(2)));
        assert!(failed["finished_at"].is_string() && failed["error"]["message"].is_string());
    });
}

#[test]
fn a_poison_task_does_not_block_the_others() {
    in_a_swarm(async |w| {
        let poison = w.submit_id(task().lease_ms(100).max_attempts(2).payload("poison")).await;
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        let mut done = 0;
        while done < 5 {
            let held = w.claim_one("a").await;
            if held.id != poison {
                w.complete(&held, 1).await.ok();
                done += 1;
            }
        }
        // Whoever meets it dies of it.
        while w.status(&poison).await != "failed" {
            w.claim("a").await;
            a_moment().await;
        }
    });
}

#[test]
fn a_late_agent_cannot_complete_a_task_whose_lease_has_ended() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let late = w.claim_briefly("late").await;
        w.until_status(&late.id, "ready").await;
        for verb in ["complete", "release", "heartbeat"] {
            let body = json!({"lease": late.token});
            w.on(&late.id, verb, body).await.problem(409, "lease_lost");
        }
        w.fail(&late).await.problem(409, "lease_lost");
        assert_eq!(w.status(&late.id).await, "ready");
    });
}

#[test]
fn a_late_agent_cannot_complete_a_task_that_was_given_to_another() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let late = w.claim_briefly("late").await;
        let holder = w.claim_one("new").await;
        w.complete(&late, "late").await.problem(409, "lease_lost");
        w.complete(&holder, "new").await.ok();
        w.complete(&late, "late").await.problem(409, "lease_lost");
        assert_eq!(w.task(&late.id).await["result"], "new");
    });
}

#[test]
fn tokens_never_come_twice_whatever_way_the_attempts_ended() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().max_attempts(100)).await;
        let mut fences = Vec::new();
        for round in 0..12 {
            let lease_ms = if round % 4 == 3 { 100 } else { 30_000 };
            let held =
                w.claim_with(json!({"agent": "a", "wait_ms": 10_000, "lease_ms": lease_ms})).await.remove(0);
            fences.push(held.fence());
            match round % 4 {
                0 => drop(w.release(&held).await.ok()),
                1 => drop(w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok()),
                2 => {
                    w.fail_with(&held, json!({"retryable": false})).await.ok();
                    w.retry(&id).await.ok();
                }
                _ => {}
            }
        }
        assert!(fences.is_sorted_by(|a, b| a < b), "{fences:?}");
    });
}

#[test]
fn a_claim_id_does_not_revive_a_lease_that_has_ended() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let claim = json!({"agent": "a", "lease_ms": 100, "claim_id": "c", "wait_ms": 10_000});
        let first = w.claim_with(claim.clone()).await;
        w.until_status(&first[0].id, "ready").await;
        let anew = w.claim_with(claim).await;
        assert_eq!((anew[0].attempt, anew[0].fence() > first[0].fence()), (2, true));
    });
}
