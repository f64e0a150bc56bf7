use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use super::support::{attempts, fields, noise, stamp};

const FIELDS: [&str; 6] = ["agent", "attempt", "ended_at", "error", "outcome", "started_at"];

fn outcomes(attempts: &[Value]) -> Vec<&str> {
    attempts.iter().map(|one| one["outcome"].as_str().unwrap_or("-")).collect()
}

#[test]
fn a_task_that_nobody_has_tried_has_no_attempts_and_a_running_one_has_one_without_an_end() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        assert!(attempts(&w, &id).await.is_empty());
        let held = w.claim_one("a").await;
        let all = attempts(&w, &id).await;
        let expected = json!({"attempt": 1, "agent": "a", "started_at": held.task["started_at"], "ended_at": null,
            "outcome": null, "error": null});
        assert_eq!(all, [expected]);
        assert_eq!(fields(&all[0]), FIELDS);
    });
}

#[test]
fn a_completed_one_is_told_without_a_record_of_its_own() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        let all = attempts(&w, &id).await;
        let task = w.task(&id).await;
        assert_eq!(outcomes(&all), ["completed"]);
        assert_eq!(all[0]["ended_at"], task["finished_at"]);
        assert_eq!(w.service().redis::<i64>(&format!("EXISTS wg:{{{}}}:e:{id}", w.swarm())), [0]);
    });
}

#[test]
fn each_attempt_is_told_with_its_agent_its_times_and_its_error() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().max_attempts(4)).await;
        let held = w.claim_one("first").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let held = w.claim_one("second").await;
        w.release(&held).await.ok();
        w.claim_briefly("third").await;
        let held = w.claim_one("fourth").await;
        w.fail_with(&held, json!({"retryable": false, "error": {"message": "the end"}})).await.ok();
        let all = attempts(&w, &id).await;
        assert_eq!(outcomes(&all), ["failed", "released", "crashed", "failed"]);
        let numbers: Vec<_> = all.iter().map(|one| one["attempt"].clone()).collect();
        assert_eq!(numbers, [1, 2, 2, 3], "a release does not count");
        let agents: Vec<_> = all.iter().map(|one| one["agent"].clone()).collect();
        assert_eq!(agents, ["first", "second", "third", "fourth"]);
        assert_eq!(all[0]["error"], json!({"message": "no luck", "kind": "test"}));
        assert_eq!((&all[1]["error"], &all[2]["error"]["kind"]), (&Value::Null, &json!("lease_expired")));
        assert_eq!(all[3]["error"]["message"], "the end");
        for one in &all {
            assert!(stamp(&one["started_at"]) <= stamp(&one["ended_at"]));
        }
        assert_eq!(all[3]["ended_at"], w.task(&id).await["finished_at"]);
    });
}

#[test]
fn a_retry_by_hand_counts_from_one_again_and_keeps_what_was() {
    in_a_swarm(async |w| {
        let id = w.failed_task(task()).await;
        w.retry(&id).await.ok();
        assert_eq!(outcomes(&attempts(&w, &id).await), ["failed"]);
        let held = w.claim_one("b").await;
        w.complete(&held, 1).await.ok();
        let all = attempts(&w, &id).await;
        assert_eq!(outcomes(&all), ["failed", "completed"]);
        assert_eq!((&all[0]["attempt"], &all[1]["attempt"]), (&json!(1), &json!(1)));
        assert_eq!((&all[0]["error"]["kind"], &all[1]["error"]), (&json!("test"), &Value::Null));
    });
}

#[test]
fn a_retry_of_a_task_whose_attempts_are_all_kept_adds_none() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 60_000})).await.ok();
        w.cancel(&id).await.ok();
        assert_eq!(outcomes(&attempts(&w, &id).await), ["failed"]);
        w.retry(&id).await.ok();
        assert_eq!(outcomes(&attempts(&w, &id).await), ["failed"]);
    });
}

#[test]
fn a_cancelled_attempt_is_told_as_cancelled_with_what_its_holder_said() {
    in_a_swarm(async |w| {
        for says in [true, false] {
            let id = w.submit_id(task()).await;
            let held = w.claim_one("a").await;
            w.cancel(&id).await.ok();
            if says {
                w.fail(&held).await.ok()
            } else {
                w.release(&held).await.ok()
            };
            let all = attempts(&w, &id).await;
            assert_eq!(outcomes(&all), ["cancelled"]);
            assert_eq!(all[0]["error"]["message"].is_string(), says);
        }
    });
}

#[test]
fn what_an_agent_held_that_was_deleted_was_released() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        w.claim_one("leaving").await;
        w.delete("/agents/leaving").send().await;
        w.until_status(&id, "ready").await;
        let all = attempts(&w, &id).await;
        assert_eq!((outcomes(&all), &all[0]["agent"]), (vec!["released"], &json!("leaving")));
    });
}

async fn fail_again(w: &World, message: &str) {
    let held = w.claim_one("a").await;
    w.fail_with(&held, json!({"retry_after_ms": 0, "error": {"message": message}})).await.ok();
}

#[test]
fn an_error_that_is_too_long_is_left_out_and_said_to_be() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let long = noise(9_000, 1);
        fail_again(&w, &long).await;
        fail_again(&w, "short").await;
        let all = attempts(&w, &id).await;
        assert_eq!((&all[0]["error"], &all[0]["error_truncated"]), (&Value::Null, &json!(true)));
        assert_eq!(
            (&all[1]["error"]["message"], &all[1]["error_truncated"]),
            (&json!("short"), &Value::Null)
        );
    });
}

#[test]
fn the_last_hundred_are_kept() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().max_attempts(1_000)).await;
        for n in 0..103 {
            fail_again(&w, &n.to_string()).await;
        }
        w.claim_one("last").await;
        let all = attempts(&w, &id).await;
        assert_eq!(all.len(), 101);
        assert_eq!((&all[0]["attempt"], &all[0]["error"]["message"]), (&json!(4), &json!("3")));
        assert_eq!((&all[100]["attempt"], &all[100]["outcome"]), (&json!(104), &Value::Null));
    });
}

#[test]
fn they_are_forgotten_with_the_task_and_those_of_no_task_are_not_found() {
    in_a_swarm(async |w| {
        w.submit(task().retention_ms(0)).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        let path = format!("/tasks/{}/attempts", held.id);
        waggle_tests::until("it is forgotten", waggle_tests::PATIENCE, async || {
            w.get(&path).send().await.status == 404
        })
        .await;
        w.get(&path).send().await.problem(404, "task_not_found");
        assert_eq!(w.service().redis::<i64>(&format!("EXISTS wg:{{{}}}:e:{}", w.swarm(), held.id)), [0]);
    });
}
