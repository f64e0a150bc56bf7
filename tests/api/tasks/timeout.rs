use std::time::Duration;

use serde_json::{Value, json};
use waggle_tests::{ON_TIME, PATIENCE, in_a_swarm, lateness, over_a_round, task, until, until_quick};

use super::support::{attempts, between, stamp};

/// Enough for what happens before it.
const LONG_MS: i64 = 3_000;
const BACKOFF_MS: i64 = 20;

fn short() -> waggle_tests::Task {
    ending_after(400)
}

fn ending_after(ms: i64) -> waggle_tests::Task {
    task().with("timeout_ms", ms).backoff(json!({"kind": "fixed", "base_ms": 60_000, "jitter": false}))
}

#[test]
fn an_attempt_ends_at_its_timeout_however_often_its_holder_says_that_it_goes_on() {
    in_a_swarm(async |w| {
        w.submit(ending_after(LONG_MS).lease_ms(2_000)).await;
        let held = w.claim_one("a").await;
        let end = stamp(&held.task["started_at"]) + LONG_MS;
        let mut last = 0;
        until("the lease is lost", PATIENCE, async || {
            let reply = w.heartbeat(&held, json!({"extend_ms": 2_000})).await;
            if reply.status == 200 {
                last = stamp(&reply.body["lease"]["expires_at"]);
                assert!(last <= end, "{last} is after {end}");
                return false;
            }
            reply.problem(409, "lease_lost");
            true
        })
        .await;
        assert_eq!(last, end, "the last heartbeats were cut to it");
        let task = w.until_status(&held.id, "scheduled").await;
        assert_eq!(task["error"]["kind"], "timeout");
        assert_eq!((&task["attempt"], &task["crashes"]), (&json!(1), &Value::Null));
        let wait = stamp(&task["run_at"]) - end;
        assert!((60_000..75_000).contains(&wait), "its backoff, from its end: {wait}");
    });
}

#[test]
fn a_long_lease_is_cut_to_the_timeout() {
    in_a_swarm(async |w| {
        w.submit(short()).await;
        let held = w.claim_one("a").await;
        assert_eq!(between(&held.task["started_at"], &held.task["lease_expires_at"]), 400);
        assert_eq!(held.task["lease"]["expires_at"], held.task["lease_expires_at"]);
        w.until_status(&held.id, "scheduled").await;
        for verb in ["complete", "release", "heartbeat"] {
            w.on(&held.id, verb, json!({"lease": held.token})).await.problem(409, "lease_lost");
        }
        w.fail(&held).await.problem(409, "lease_lost");
    });
}

#[test]
fn it_is_tried_again_after_its_backoff_with_all_its_time_and_has_failed_after_the_last_attempt() {
    in_a_swarm(async |w| {
        let quick = json!({"kind": "fixed", "base_ms": 20, "jitter": false});
        let id = w.submit_id(task().with("timeout_ms", 150).max_attempts(2).backoff(quick)).await;
        for attempt in 1..=2 {
            let held = w.claim_one("slow").await;
            assert_eq!(held.attempt, attempt);
            assert_eq!(between(&held.task["started_at"], &held.task["lease_expires_at"]), 150);
        }
        let failed = w.until_status(&id, "failed").await;
        assert_eq!((&failed["error"]["kind"], &failed["attempt"]), (&json!("timeout"), &json!(2)));
        let outcomes: Vec<_> = attempts(&w, &id).await.iter().map(|one| one["outcome"].clone()).collect();
        assert_eq!(outcomes, ["timed_out", "timed_out"]);
        let events = w.get(&format!("/tasks/{id}/events")).send().await.ok();
        let ends: Vec<_> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| event["kind"] == "task.timed_out")
            .collect();
        assert_eq!((&ends[0]["status"], &ends[1]["status"]), (&json!("scheduled"), &json!("failed")));
    });
}

#[test]
fn the_retry_after_a_timeout_comes_on_time_and_not_with_the_next_round() {
    in_a_swarm(async |w| {
        let quick = json!({"kind": "fixed", "base_ms": BACKOFF_MS, "jitter": false});
        until_quick(1, ON_TIME, async |_| {
            let brief = |ms| task().with("timeout_ms", 100 + ms).max_attempts(2).backoff(quick.clone());
            let tasks = w.submit_many(over_a_round().map(brief)).await;
            let all = json!({"agent": "a", "max_tasks": tasks.len()});
            let first = w.claim_with(all).await;
            assert_eq!(first.len(), tasks.len());
            let mut late = Vec::new();
            for _ in &first {
                let next = w.claim_one("b").await;
                let last = first.iter().find(|held| held.id == next.id).unwrap();
                let due = stamp(&last.task["lease_expires_at"]) + BACKOFF_MS;
                let ms = u64::try_from(stamp(&next.task["started_at"]) - due).expect("it is never early");
                late.push(Duration::from_millis(ms));
                // On a busy machine this attempt may time out as well: then it has failed.
                w.complete(&next, 1).await;
            }
            lateness(late)
        })
        .await;
    });
}

#[test]
fn a_holder_that_falls_silent_before_its_timeout_has_crashed() {
    in_a_swarm(async |w| {
        w.submit(task().with("timeout_ms", 60_000)).await;
        w.claim_briefly("dead").await;
        let next = w.claim_one("alive").await;
        assert_eq!(next.task["error"]["kind"], "lease_expired");
        assert_eq!(w.task(&next.id).await["crashes"], 1);
        let ended = &attempts(&w, &next.id).await[0];
        assert_eq!((&ended["outcome"], &ended["agent"]), (&json!("crashed"), &json!("dead")));
        w.complete(&next, 1).await.ok();
    });
}

#[test]
fn one_that_was_asked_to_stop_is_cancelled() {
    in_a_swarm(async |w| {
        w.submit(ending_after(LONG_MS)).await;
        let held = w.claim_one("a").await;
        w.cancel(&held.id).await.ok();
        let task = w.until_status(&held.id, "cancelled").await;
        assert_eq!(task["crashes"], Value::Null);
        assert_eq!(attempts(&w, &held.id).await[0]["outcome"], "cancelled");
    });
}

#[test]
fn a_timeout_counts_for_its_holder_as_a_failure_and_not_as_a_lease_that_ran_out() {
    in_a_swarm(async |w| {
        w.submit(short()).await;
        let held = w.claim_one("a").await;
        w.until_status(&held.id, "scheduled").await;
        let agent = w.get("/agents/a").send().await.ok();
        assert_eq!(
            (&agent["failed"], &agent["expired"], &agent["running"]),
            (&json!(1), &json!(0), &json!(0))
        );
    });
}

#[test]
fn what_is_done_in_time_is_done() {
    in_a_swarm(async |w| {
        w.submit(task().with("timeout_ms", 60_000)).await;
        let held = w.claim_one("a").await;
        assert_eq!(w.complete(&held, "done").await.ok()["status"], "completed");
        assert_eq!(w.task(&held.id).await["result"], "done");
    });
}

#[test]
fn a_timeout_out_of_range_is_refused() {
    in_a_swarm(async |w| {
        for timeout in [json!(0), json!(99), json!(2_678_400_001_u64), json!(-1), json!("long")] {
            let body = task().with("timeout_ms", timeout);
            let problem = w.post("/tasks").json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], "/timeout_ms");
        }
        assert!(w.pages("").await.is_empty());
    });
}

#[test]
fn the_heartbeat_of_its_agent_does_not_extend_it_either() {
    in_a_swarm(async |w| {
        w.submit(ending_after(LONG_MS)).await;
        let held = w.claim_one("a").await;
        let body = json!({"leases": [{"id": held.id, "lease": held.token}], "extend_ms": 60_000});
        let answer = w.post("/agents/a/heartbeat").json(body.clone()).send().await.ok();
        assert_eq!(answer["extended"][0]["lease"]["expires_at"], held.task["lease_expires_at"]);
        w.until_status(&held.id, "scheduled").await;
        assert_eq!(w.post("/agents/a/heartbeat").json(body).send().await.ok()["lost"], json!([held.id]));
    });
}

#[test]
fn those_that_time_out_together_are_not_tried_again_together() {
    in_a_swarm(async |w| {
        let backoff = json!({"kind": "fixed", "base_ms": 600_000});
        w.submit_many((0..40).map(|_| task().with("timeout_ms", 100).backoff(backoff.clone()))).await;
        w.claim_with(json!({"agent": "a", "max_tasks": 40})).await;
        until("all have timed out", PATIENCE, async || w.list("scheduled").await.len() == 40).await;
        let tasks = w.list("scheduled").await;
        let waits: Vec<_> = tasks.iter().map(|task| between(&task["started_at"], &task["run_at"])).collect();
        assert!(waits.iter().all(|wait| (300_000..=620_000).contains(wait)), "{waits:?}");
        let (least, most) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
        assert!(most - least > 60_000, "forty waits spread over the half: {least} to {most}");
    });
}
