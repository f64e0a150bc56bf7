use serde_json::json;
use waggle_tests::{PATIENCE, in_a_swarm, task, until};

use super::support::{MORE_TTL_MS, SHORT_TTL_MS, look, names, register, until_agent};
use crate::tasks::support::between;

#[test]
fn an_agent_that_says_nothing_for_its_time_to_live_is_lost() {
    in_a_swarm(async |w| {
        let agent = register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS})).await;
        until_agent(&w, "a", "lost").await;
        let lost = look(&w, "a").await;
        assert_eq!(lost["last_seen_at"], agent["last_seen_at"]);
        w.post("/agents/a/drain").send().await.ok();
        assert_eq!(look(&w, "a").await["status"], "lost");
    });
}

#[test]
fn a_lost_agent_that_comes_back_is_what_it_was() {
    in_a_swarm(async |w| {
        let fields = json!({"ttl_ms": MORE_TTL_MS, "capabilities": ["x"], "capacity": 3});
        for name in ["claims", "beats", "is-put", "reads", "drains"] {
            register(&w, name, fields.clone()).await;
        }
        w.post("/agents/drains/drain").send().await.ok();
        until("all are lost", PATIENCE, async || names(&w, "status=lost").await.len() == 5).await;
        w.claim("claims").await;
        w.post("/agents/beats/heartbeat").send().await.ok();
        w.put("/agents/is-put").json(fields).send().await.ok();
        w.get("/agents/reads/inbox").send().await.ok();
        w.post("/agents/drains/heartbeat").send().await.ok();
        for (name, status) in [
            ("claims", "live"),
            ("beats", "live"),
            ("is-put", "live"),
            ("reads", "live"),
            ("drains", "draining"),
        ] {
            let agent = look(&w, name).await;
            assert_eq!((&agent["status"], &agent["capacity"]), (&json!(status), &json!(3)), "{name}");
            assert_eq!(agent["capabilities"], json!(["x"]));
            assert!(between(&agent["registered_at"], &agent["last_seen_at"]) >= 1_000, "{agent}");
        }
    });
}

#[test]
fn the_tasks_of_a_lost_agent_return_when_their_leases_end_and_not_before() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS, "capacity": 2})).await;
        w.submit(task().lease_ms(60_000)).await;
        w.submit(task().lease_ms(100)).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        until_agent(&w, "a", "lost").await;
        assert_eq!(w.status(&held[0].id).await, "running");
        assert_eq!(w.claim_one("b").await.id, held[1].id);
        w.complete(&held[0], 1).await.ok();
        let agent = look(&w, "a").await;
        assert_eq!((&agent["completed"], &agent["expired"]), (&json!(1), &json!(1)));
    });
}

#[test]
fn messages_reach_the_inbox_of_a_lost_agent() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS})).await;
        until_agent(&w, "a", "lost").await;
        let message = json!({"from": "b", "to": {"agent": "a"}, "kind": "note", "body": "still there?"});
        w.post("/messages").json(message).send().await.expect(201);
        let inbox = w.get("/agents/a/inbox").send().await.ok();
        assert_eq!(inbox["messages"][0]["body"], "still there?");
    });
}
