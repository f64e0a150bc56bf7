//! What was applied is never told as not applied because what comes after it failed.
//!
//! Redis applies the write and does not know the function that is called next.

use serde_json::{Value, json};
use waggle_tests::{Held, Mode, Proxy, RedisServer, Reply, Service, Setup, World, in_a_swarm_of, task};

const LOOK: Mode = Mode::Misname("task_get_v1", 0);
const CLAIM: Mode = Mode::Misname("task_claim_v1", 0);

pub(crate) fn with_proxy(test: impl AsyncFnOnce(&World, &Proxy)) {
    let redis = RedisServer::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::unix(&redis.socket()));
    let service = Service::start(Setup::through(&redis, proxy.url()));
    in_a_swarm_of(&service, async |w| test(&w, &proxy).await);
}

pub(crate) async fn during(proxy: &Proxy, mode: Mode, request: waggle_tests::Request) -> Reply {
    proxy.set(mode);
    let reply = request.send().await;
    proxy.set(Mode::Pass);
    reply
}

pub(crate) async fn failed_task(w: &World) -> String {
    let id = w.submit_id(task().max_attempts(1)).await;
    let held = w.claim_one("a").await;
    w.fail_with(&held, json!({"retryable": false})).await.ok();
    id
}

fn settlement(held: &Held, token: &str, outcome: &str) -> Value {
    let mut one = json!({"id": held.id, "lease": token, "outcome": outcome});
    if outcome == "fail" {
        one["error"] = json!({"message": "m"});
    }
    json!({"agent": "a", "outcomes": [one], "claim": {"max_tasks": 1}})
}

/// Fault: reply-lost
#[test]
fn a_task_that_ends_as_it_is_submitted_is_told_as_taken_in_though_nobody_can_look_at_it() {
    with_proxy(async |w, proxy| {
        let lost = failed_task(w).await;
        let new = task().depends_on(json!([lost])).on_dependency_failure("fail");
        let reply = during(proxy, LOOK, w.post("/tasks").json(new)).await.expect(201);
        let id = reply["id"].as_str().unwrap();
        assert_eq!((reply["status"].as_str(), w.status(id).await.as_str()), (Some("failed"), "failed"));
    });
}

/// Fault: reply-lost
#[test]
fn a_transaction_that_was_applied_is_not_told_as_rejected_though_nobody_can_look_at_its_task() {
    with_proxy(async |w, proxy| {
        w.submit(task().with("dedup_key", "d")).await;
        let ops = json!([
            {"op": "state.put", "key": "k", "value": 1},
            {"op": "task.submit", "task": {"dedup_key": "d"}},
        ]);
        let reply = during(proxy, LOOK, w.post("/transactions").json(json!({"ops": ops}))).await;
        reply.problem(503, "outcome_unknown");
        assert_eq!(w.get("/state/k").send().await.ok()["value"], 1, "it was applied");
    });
}

/// Fault: reply-lost
#[test]
fn outcomes_that_were_applied_are_not_told_as_rejected_though_the_claim_after_them_was() {
    with_proxy(async |w, proxy| {
        for (outcome, stands) in [("complete", "completed"), ("fail", "ready"), ("release", "ready")] {
            w.submit(task().queue(outcome)).await;
            let held = w.claim_with(json!({"agent": "a", "queues": [outcome]})).await.remove(0);
            let body = settlement(&held, &held.token, outcome);
            let reply = during(proxy, CLAIM, w.post("/settlements").json(body)).await;
            reply.problem(503, "outcome_unknown");
            let status = w.status(&held.id).await;
            assert!(status == stands || outcome == "fail" && status == "scheduled", "{outcome}: {status}");
        }
    });
}

/// Fault: reply-lost
#[test]
fn a_claim_that_was_rejected_is_told_as_that_where_no_outcome_beside_it_was_applied() {
    with_proxy(async |w, proxy| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let nothing = json!({"agent": "a", "outcomes": [], "claim": {"max_tasks": 1}});
        let [wrong, id] = ["9-0000000000000000000000000000", held.id.as_str()];
        for outcome in ["complete", "fail", "release"] {
            let body = settlement(&held, wrong, outcome);
            let reply = during(proxy, CLAIM, w.post("/settlements").json(body)).await;
            assert_eq!(reply.problem(503, "backend_unavailable")["applied"], false, "{outcome}");
        }
        let reply = during(proxy, CLAIM, w.post("/settlements").json(nothing)).await;
        assert_eq!(reply.problem(503, "backend_unavailable")["applied"], false);
        assert_eq!(w.status(id).await, "running");
        w.complete(&held, 1).await.ok();
    });
}
