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
