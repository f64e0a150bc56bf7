use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{TASK_FIELDS, a_moment, fields};

#[test]
fn a_task_is_read_with_every_field() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        assert_eq!(fields(&w.task(&id).await), TASK_FIELDS);
        let held = w.claim_one("a").await;
        assert_eq!(fields(&w.task(&id).await), TASK_FIELDS);
        w.complete(&held, 1).await.ok();
        assert_eq!(fields(&w.task(&id).await), TASK_FIELDS);
    });
}

#[test]
fn an_id_that_is_none_and_one_that_never_was_are_not_found() {
    in_a_swarm(async |w| {
        for id in ["0193a0de-0000-7000-8000-000000000000", "x", "..", "%00", "{id}", &"9".repeat(300)] {
            let reply = w.get(&format!("/tasks/{id}")).send().await;
            assert_eq!(reply.status, 404, "{id}: {}", reply.text);
        }
    });
}

#[test]
fn an_id_is_read_in_capitals_as_well() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        assert_eq!(w.task(&id.to_uppercase()).await["id"], id.as_str());
    });
}

#[test]
fn a_waiting_get_is_answered_as_soon_as_the_task_finishes() {
    in_a_swarm(async |w| {
        for end in ["complete", "fail", "cancel"] {
            let id = w.submit_id(task()).await;
            let wait = async {
                let task = w.get(&format!("/tasks/{id}?wait_ms=30000")).send().await.ok();
                (task, Instant::now())
            };
            let finish = async {
                a_moment().await;
                match end {
                    "cancel" => drop(w.cancel(&id).await.ok()),
                    "fail" => {
                        let held = w.claim_one("a").await;
                        w.fail_with(&held, json!({"retryable": false})).await.ok();
                    }
                    _ => {
                        let held = w.claim_one("a").await;
                        w.complete(&held, "r").await.ok();
                    }
                }
                Instant::now()
            };
            let ((task, answered), finished) = join(wait, finish).await;
            assert!(
                ["completed", "failed", "cancelled"].contains(&task["status"].as_str().unwrap()),
                "{task}"
            );
            let late = answered.saturating_duration_since(finished);
            // Without a wake-up it would look again after five.
            assert!(late < Duration::from_secs(2), "{end}: {late:?}");
        }
    });
}

#[test]
fn a_waiting_get_of_a_finished_task_is_answered_at_once() {
    in_a_swarm(async |w| {
        let id = w.failed_task(task()).await;
        let start = Instant::now();
        let task = w.get(&format!("/tasks/{id}?wait_ms=30000")).send().await.ok();
        assert!(task["status"] == "failed" && start.elapsed() < Duration::from_secs(2));
    });
}

#[test]
fn a_get_that_waits_in_vain_answers_with_the_task_as_it_stands() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let start = Instant::now();
        let task = w.get(&format!("/tasks/{id}?wait_ms=300")).send().await.ok();
        let waited = start.elapsed();
        assert_eq!(task["status"], "ready");
        assert!(waited >= Duration::from_millis(290) && waited < Duration::from_secs(3), "{waited:?}");
    });
}

#[test]
fn many_may_wait_for_one_task() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let waits = futures_util::future::join_all(
            (0..50).map(|_| w.get(&format!("/tasks/{id}?wait_ms=20000")).send()),
        );
        let finish = async {
            a_moment().await;
            let held = w.claim_one("a").await;
            w.complete(&held, "for all").await.ok();
        };
        let (answers, ()) = join(waits, finish).await;
        assert!(answers.into_iter().all(|reply| reply.ok()["result"] == "for all"));
    });
}

#[test]
fn a_task_somebody_waits_for_is_worked_on_as_any_other() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().retention_ms(60_000)).await;
        w.get(&format!("/tasks/{id}?wait_ms=1")).send().await.ok();
        assert_eq!(w.task(&id).await["status"], "ready");
        let held = w.claim_one("a").await;
        w.get(&format!("/tasks/{id}?wait_ms=1")).send().await.ok();
        w.release(&held).await.ok();
        w.cancel(&id).await.ok();
        assert_eq!(w.task(&id).await["result"], Value::Null);
    });
}

#[test]
fn prefer_wait_is_honoured_and_said_so() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let start = Instant::now();
        let reply = w.get(&format!("/tasks/{id}")).header("prefer", "wait=1").send().await;
        assert_eq!(reply.header("preference-applied"), "wait=1");
        assert!(start.elapsed() >= Duration::from_millis(990));
        reply.ok();
    });
}

#[test]
fn a_wait_beyond_a_minute_and_unknown_parameters_are_refused() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        for (query, pointer) in [
            ("wait_ms=60001", "/wait_ms"),
            ("wait_ms=-1", "/wait_ms"),
            ("wait_ms=x", "/wait_ms"),
            ("wait=1", "/wait"),
        ] {
            let problem = w.get(&format!("/tasks/{id}?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    });
}
