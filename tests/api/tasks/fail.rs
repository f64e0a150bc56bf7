use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use super::support::{between, stamp};

#[test]
fn a_failed_attempt_is_tried_again_after_its_backoff() {
    in_a_swarm(async |w| {
        w.submit(task().backoff(json!({"kind": "fixed", "base_ms": 60_000, "jitter": false}))).await;
        let held = w.claim_one("a").await;
        let answer = w.fail(&held).await.ok();
        assert_eq!((&answer["id"], &answer["status"]), (&json!(held.id), &json!("scheduled")));
        let task = w.task(&held.id).await;
        assert_eq!((&task["status"], &task["run_at"]), (&json!("scheduled"), &answer["run_at"]));
        assert_eq!(task["error"], json!({"message": "no luck", "kind": "test"}));
        assert_eq!((&task["attempt"], &task["finished_at"]), (&json!(1), &Value::Null));
        assert!(w.claim("a").await.is_empty());
    });
}

#[test]
fn after_its_last_attempt_a_task_has_failed() {
    in_a_swarm(async |w| {
        w.submit(task().max_attempts(2)).await;
        let held = w.claim_one("a").await;
        assert_eq!(w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok()["status"], "scheduled");
        let held = w.claim_one("a").await;
        assert_eq!(held.attempt, 2);
        let answer = w.fail(&held).await.ok();
        assert_eq!(answer, json!({"id": held.id, "status": "failed", "run_at": null}));
        let task = w.task(&held.id).await;
        assert_eq!((&task["status"], &task["attempt"]), (&json!("failed"), &json!(2)));
        stamp(&task["finished_at"]);
    });
}

#[test]
fn an_error_that_no_retry_mends_ends_the_task_at_once() {
    in_a_swarm(async |w| {
        w.submit(task().max_attempts(10)).await;
        let held = w.claim_one("a").await;
        let details =
            json!({"error": {"message": "m", "kind": "k", "details": {"deep": [1]}}, "retryable": false});
        assert_eq!(w.fail_with(&held, details).await.ok()["status"], "failed");
        assert_eq!(
            w.task(&held.id).await["error"],
            json!({"message": "m", "kind": "k", "details": {"deep": [1]}})
        );
    });
}

#[test]
fn the_holder_may_name_the_wait() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 3_600_000})).await.ok();
        let task = w.task(&held.id).await;
        let wait = between(&task["created_at"], &task["run_at"]);
        assert!((3_600_000..3_620_000).contains(&wait), "{wait}");
    });
}

/// A task with this backoff waits so many milliseconds before each retry, counted from within the call that fails it.
async fn assert_waits(w: &World, backoff: Value, expected: &[i64]) {
    let id = w.submit_id(task().backoff(backoff).max_attempts(expected.len() + 1)).await;
    let now = || {
        let clock: Vec<(i64, i64)> = w.service().redis("TIME");
        clock[0].0 * 1_000 + clock[0].1 / 1_000
    };
    for (attempt, wait) in (1..).zip(expected) {
        let held = w.claim_one("a").await;
        assert_eq!(held.id, id);
        let before = now();
        let answer = w.fail(&held).await.ok();
        let waits = (stamp(&answer["run_at"]) - now())..=(stamp(&answer["run_at"]) - before);
        assert!(waits.contains(wait), "{waits:?} instead of {wait} after attempt {attempt} of {expected:?}");
    }
    w.cancel(&id).await.ok();
}

#[test]
fn an_exponential_backoff_doubles_up_to_its_longest_wait() {
    in_a_swarm(async |w| {
        let backoff = json!({"kind": "exponential", "base_ms": 50, "max_ms": 300, "jitter": false});
        assert_waits(&w, backoff, &[50, 100, 200, 300, 300]).await;
    });
}

#[test]
fn a_linear_backoff_grows_by_its_base() {
    in_a_swarm(async |w| {
        let backoff = json!({"kind": "linear", "base_ms": 100, "max_ms": 250, "jitter": false});
        assert_waits(&w, backoff, &[100, 200, 250, 250]).await;
    });
}

#[test]
fn a_fixed_backoff_stays() {
    in_a_swarm(async |w| {
        assert_waits(&w, json!({"kind": "fixed", "base_ms": 120, "jitter": false}), &[120; 3]).await;
    });
}

#[test]
fn a_listed_backoff_repeats_its_last_wait() {
    in_a_swarm(async |w| {
        let backoff = json!({"kind": "list", "delays_ms": [300, 10, 150], "jitter": false});
        assert_waits(&w, backoff, &[300, 10, 150, 150, 150]).await;
    });
}

#[test]
fn jitter_takes_up_to_a_half_away() {
    in_a_swarm(async |w| {
        let mut waits = Vec::new();
        w.submit_many((0..40).map(|_| task().backoff(json!({"kind": "fixed", "base_ms": 600_000})))).await;
        for held in w.claim_with(json!({"agent": "a", "max_tasks": 40})).await {
            let answer = w.fail(&held).await.ok();
            waits.push(between(&held.task["started_at"], &answer["run_at"]));
        }
        assert!(waits.iter().all(|wait| (300_000..=620_000).contains(wait)), "{waits:?}");
        let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(most - least > 60_000, "forty waits spread over the half: {least} to {most}");
    });
}

#[test]
fn the_same_failure_again_is_answered_alike() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let first = w.fail_with(&held, json!({"retry_after_ms": 50_000})).await.ok();
        let mut again = w.fail_with(&held, json!({"retry_after_ms": 1})).await.ok();
        assert_eq!(again.as_object_mut().unwrap().remove("replayed"), Some(json!(true)));
        assert_eq!(again, first);
        assert_eq!(w.task(&held.id).await["run_at"], first["run_at"]);
    });
}

#[test]
fn the_last_failure_again_is_answered_alike_even_after_the_next_attempt_began() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let first = w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let next = w.claim_one("b").await;
        let again = w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        assert_eq!((&again["status"], &again["replayed"]), (&first["status"], &json!(true)));
        assert_eq!(w.status(&held.id).await, "running");
        w.complete(&next, 1).await.ok();
    });
}

#[test]
fn another_outcome_under_a_spent_token_is_refused() {
    in_a_swarm(async |w| {
        w.submit_many([task(), task(), task()]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 3})).await;
        w.complete(&held[0], 1).await.ok();
        w.fail_with(&held[1], json!({"retry_after_ms": 600_000})).await.ok();
        w.release(&held[2]).await.ok();
        for (at, verbs) in [(0, ["fail", "release"]), (1, ["complete", "release"]), (2, ["complete", "fail"])]
        {
            for verb in verbs {
                let reply = match verb {
                    "fail" => w.fail(&held[at]).await,
                    "release" => w.release(&held[at]).await,
                    _ => w.complete(&held[at], 9).await,
                };
                reply.problem(409, "lease_lost");
            }
        }
        let statuses =
            [w.status(&held[0].id).await, w.status(&held[1].id).await, w.status(&held[2].id).await];
        assert_eq!(statuses, ["completed", "scheduled", "ready"]);
    });
}

#[test]
fn the_next_claimer_sees_the_error_of_the_attempt_before() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        assert_eq!(w.claim_one("b").await.task["error"]["message"], "no luck");
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let error = json!({"message": "m"});
        for (body, pointer) in [
            (json!({"lease": held.token}), "/error"),
            (json!({"lease": held.token, "error": "text"}), "/error"),
            (json!({"lease": held.token, "error": {}}), "/error/message"),
            (json!({"lease": held.token, "error": {"message": "m", "code": 1}}), "/error/code"),
            (json!({"lease": held.token, "error": {"message": "m".repeat(17_000)}}), "/error/message"),
            (json!({"lease": held.token, "error": error, "retry_after_ms": 86_400_001}), "/retry_after_ms"),
            (json!({"lease": held.token, "error": error, "retryable": "no"}), "/retryable"),
            (json!({"error": error}), "/lease"),
        ] {
            let problem = w.on(&held.id, "fail", body.clone()).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        assert_eq!(w.status(&held.id).await, "running");
    });
}
