use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{claim_answer, heartbeat, look, register, until_agent_exists};

/// Far less than the claims of these tests would wait.
const AT_ONCE: Duration = Duration::from_secs(10);

#[test]
fn a_draining_agent_keeps_what_it_holds_and_gets_nothing_new() {
    in_a_swarm(async |w| {
        w.submit_many((0..2).map(|_| task())).await;
        let held = w.claim_one("a").await;
        let agent = w.post("/agents/a/drain").send().await.ok();
        assert_eq!((&agent["status"], &agent["running"]), (&json!("draining"), &json!(1)));
        let answer = claim_answer(&w, json!({"agent": "a", "wait_ms": 30_000})).await;
        assert_eq!(answer, json!({"tasks": [], "directive": "drain"}));
        let answer = heartbeat(&w, "a", &[&held]).await;
        assert_eq!(answer["directive"], "drain");
        assert_eq!(answer["extended"][0]["id"], held.id);
        w.complete(&held, 1).await.ok();
        assert_eq!(look(&w, "a").await["running"], 0);
        assert_eq!(w.claim("b").await.len(), 1);
    });
}

#[test]
fn claims_that_wait_are_told_at_once() {
    in_a_swarm(async |w| {
        let start = Instant::now();
        let claim = claim_answer(&w, json!({"agent": "a", "wait_ms": 50_000}));
        let drain = async {
            until_agent_exists(&w, "a").await;
            w.post("/agents/a/drain").send().await.ok();
        };
        let (answer, ()) = join(claim, drain).await;
        assert_eq!(answer, json!({"tasks": [], "directive": "drain"}));
        assert!(start.elapsed() < AT_ONCE, "{:?}", start.elapsed());
    });
}

#[test]
fn a_settlement_without_a_claim_tells_a_draining_agent_so() {
    in_a_swarm(async |w| {
        w.submit_many([task()]).await;
        let held = w.claim_one("a").await;
        w.post("/agents/a/drain").send().await.ok();
        let outcome = json!({"id": held.id, "lease": held.token, "outcome": "complete"});
        let answer =
            w.post("/settlements").json(json!({"agent": "a", "outcomes": [outcome]})).send().await.ok();
        assert_eq!((&answer["outcomes"][0]["status"], &answer["directive"]), (&json!(200), &json!("drain")));
        w.post("/agents/a/resume").send().await.ok();
        let answer = w.post("/settlements").json(json!({"agent": "a", "outcomes": []})).send().await.ok();
        assert_eq!(answer["directive"], "run");
    });
}

#[test]
fn a_settlement_tells_a_draining_agent_so_and_brings_it_no_task() {
    in_a_swarm(async |w| {
        w.submit_many((0..2).map(|_| task())).await;
        let held = w.claim_one("a").await;
        w.post("/agents/a/drain").send().await.ok();
        let outcome = json!({"id": held.id, "lease": held.token, "outcome": "complete"});
        let settlement = json!({"agent": "a", "outcomes": [outcome], "claim": {"wait_ms": 20_000}});
        let answer = w.post("/settlements").json(settlement).send().await.ok();
        assert_eq!(answer["outcomes"][0]["status"], 200);
        assert_eq!((&answer["tasks"], &answer["directive"]), (&json!([]), &json!("drain")));
        w.cancel(w.list("ready").await[0]["id"].as_str().unwrap()).await.ok();
    });
}

#[test]
fn a_claim_asked_again_under_its_id_brings_a_draining_agent_what_it_holds() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let claim = json!({"agent": "a", "claim_id": "c"});
        let held = w.claim_with(claim.clone()).await;
        w.post("/agents/a/drain").send().await.ok();
        assert_eq!(w.claim_with(claim).await[0].token, held[0].token);
    });
}

#[test]
fn draining_again_changes_nothing_and_a_body_with_fields_is_refused() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let first = w.post("/agents/a/drain").send().await.ok();
        assert_eq!(w.post("/agents/a/drain").json(json!({})).send().await.ok(), first);
        for verb in ["drain", "resume"] {
            let reply = w.post(&format!("/agents/a/{verb}")).json(json!({"x": 1})).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/x");
            w.post(&format!("/agents/b/{verb}")).send().await.problem(404, "agent_not_found");
        }
        assert_eq!(look(&w, "a").await["status"], "draining");
        assert_eq!(w.get("/agents/b").send().await.status, 404);
    });
}
