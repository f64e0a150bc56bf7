//! What happens to a task while its command runs.

use serde_json::Value;
use waggle_tests::{PATIENCE, World, in_a_swarm, task, until};

use crate::program::agent;

/// Shorter than the command takes that is to be kept, and long enough for a busy machine.
const LEASE_MS: u64 = 1_500;

/// So many ends of leases that followed each other.
async fn until_extended(w: &World, id: &str, times: usize) {
    let mut ends: Vec<Value> = Vec::new();
    until("the lease is extended", PATIENCE, async || {
        let task = w.task(id).await;
        assert_eq!(task["status"], "running");
        let end = &task["lease_expires_at"];
        if ends.last() != Some(end) {
            ends.push(end.clone());
        }
        ends.len() > times
    })
    .await;
}

#[test]
fn a_short_lease_is_kept_alive_for_as_long_as_the_command_runs() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().lease_ms(LEASE_MS).max_attempts(1)).await;
        let running =
            agent(&w, &["--max-tasks", "1"], "until [ -e go ]; do sleep 0.05; done; echo done").start();
        w.until_status(&id, "running").await;
        // Each heartbeat comes after a third of the lease: this is more than its length.
        until_extended(&w, &id, 4).await;
        running.touch("go");
        assert_eq!(running.ended().await.status, 0);
        let task = w.task(&id).await;
        assert_eq!((task["status"].as_str(), task["attempt"].as_u64()), (Some("completed"), Some(1)));
    });
}

#[test]
fn a_cancelled_task_s_command_gets_sigterm() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().lease_ms(LEASE_MS)).await;
        let script = "trap 'echo SIGTERM > heard; exit 1' TERM; echo > started; while :; do sleep 0.05; done";
        let running = agent(&w, &["--max-tasks", "1"], script).start();
        running.file("started").await;
        w.cancel(&id).await.ok();
        assert_eq!(running.file("heard").await, "SIGTERM\n");
        assert_eq!(running.ended().await.status, 0);
        assert_eq!(w.status(&id).await, "cancelled");
    });
}

#[test]
fn a_command_that_does_not_listen_to_sigterm_is_killed_after_the_grace() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().lease_ms(LEASE_MS)).await;
        let script = "trap '' TERM; echo > started; while :; do sleep 0.05; done";
        let running = agent(&w, &["--max-tasks", "1", "--grace-ms", "200"], script).start();
        running.file("started").await;
        w.cancel(&id).await.ok();
        assert_eq!(running.ended().await.status, 0);
        assert_eq!(w.status(&id).await, "cancelled");
    });
}

#[test]
fn a_command_whose_lease_went_to_another_is_killed_and_reports_nothing() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().lease_ms(LEASE_MS)).await;
        let script = "echo $WAGGLE_LEASE > token; while :; do sleep 0.05; done";
        let running = agent(&w, &["--max-tasks", "1"], script).start();
        let token = running.file("token").await;
        // As if the service had given the task to another: the lease is settled behind the agent's back.
        let body = serde_json::json!({ "lease": token.trim(), "result": "of another" });
        w.on(&id, "complete", body).await.ok();
        let ended = running.ended().await;
        assert_eq!(ended.status, 0);
        assert!(ended.stderr.contains("the lease is lost"), "{}", ended.stderr);
        assert_eq!(w.task(&id).await["result"], "of another");
    });
}
