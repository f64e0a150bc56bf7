//! What is counted is what was done.

use futures_util::future::join;
use serde_json::json;
use waggle_tests::{on_a_service, task};

use crate::exposition::Exposition;
use crate::work::{assign, exported, until_waiting, work};

const TASKS: &str = "waggle_tasks_total";

#[test]
fn everything_is_counted_once_whatever_is_sent_twice() {
    on_a_service(async |w| {
        let done = work(&w).await;
        let exposition = Exposition::of(w.client()).await;
        assert_eq!(exported(&exposition, &done), done);
        assert_eq!(exposition.count("waggle_lease_expired_total", &[]), done[&(TASKS, "expired")]);
    });
}

#[test]
fn every_task_that_was_claimed_has_its_phases_in_the_histograms() {
    on_a_service(async |w| {
        let done = work(&w).await;
        assign(&w, 5).await;
        let exposition = Exposition::of(w.client()).await;
        let count = |name: &str| exposition.count(&format!("{name}_count"), &[]);
        assert_eq!(count("waggle_task_queued_seconds"), done[&(TASKS, "claimed")] + 5);
        assert!(count("waggle_task_assignment_seconds") >= 5);
        // What its holder ended, and not what a lease or an agent's removal did.
        let ended = ["completed", "failed", "retried", "released", "cancelled"];
        let ended: u64 = ended.iter().map(|event| exposition.count(TASKS, &[("event", event)])).sum();
        assert_eq!(count("waggle_task_run_seconds"), ended - NOT_BY_A_HOLDER);
    });
}

/// Of [`work`]: a retry by hand, two tasks cancelled that nobody held, two that ended with their lease, two of an agent
/// that was removed.
const NOT_BY_A_HOLDER: u64 = 7;

#[test]
fn a_claim_that_waits_is_shown_as_long_as_it_waits() {
    on_a_service(async |w| {
        let claim = async { w.claim_with(json!({"agent": "a", "wait_ms": 30_000})).await };
        let submit = async {
            until_waiting(&w, 1.0).await;
            w.submit(task()).await;
        };
        let (held, ()) = join(claim, submit).await;
        assert_eq!(held.len(), 1);
        until_waiting(&w, 0.0).await;
    });
}

#[test]
fn tasks_that_end_with_what_they_depend_on_are_counted_whoever_ended_that() {
    on_a_service(async |w| {
        let counts = async || {
            let exposition = Exposition::of(w.client()).await;
            ["failed", "cancelled", "deleted"].map(|event| exposition.count(TASKS, &[("event", event)]))
        };
        let family = async || {
            let first = w.submit_id(task().queue("first").max_attempts(1)).await;
            w.submit(task().depends_on(json!([first]))).await;
            w.submit(task().depends_on(json!([first])).on_dependency_failure("cancel")).await;
            first
        };
        let until = async |expected: [u64; 3]| {
            waggle_tests::until("all are counted", waggle_tests::PATIENCE, async || {
                counts().await == expected
            })
            .await;
        };
        family().await;
        let held = w.claim_with(json!({"agent": "a", "queues": ["first"]})).await.remove(0);
        w.fail_with(&held, json!({})).await.ok();
        until([2, 1, 0]).await;
        w.cancel(&family().await).await.ok();
        until([3, 3, 0]).await;
        family().await;
        w.post("/queues/first/purge").send().await.ok();
        until([4, 4, 1]).await;
        // It has failed already when this one comes.
        w.submit(task().depends_on(json!([held.id]))).await;
        until([5, 4, 1]).await;
        w.post("/tasks/actions")
            .json(json!({"action": "delete", "filter": {"queue": "default"}}))
            .send()
            .await
            .ok();
        until([5, 4, 8]).await;
    });
}
