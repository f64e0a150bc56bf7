use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{look, register};

#[test]
fn an_agent_tells_what_it_has_done_and_how_long_that_took() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 10})).await;
        w.submit_many((0..5).map(|n| task().payload(n).max_attempts(1))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 5})).await;
        assert_eq!(look(&w, "a").await["running"], 5);
        w.complete(&held[0], 1).await.ok();
        w.complete(&held[1], 1).await.ok();
        w.fail(&held[2]).await.ok();
        w.release(&held[3]).await.ok();
        let agent = look(&w, "a").await;
        assert_eq!(
            (&agent["running"], &agent["completed"], &agent["failed"]),
            (&json!(1), &json!(2), &json!(1))
        );
        w.heartbeat(&held[4], json!({"extend_ms": 100})).await.ok();
        w.until_status(&held[4].id, "failed").await;
        let agent = look(&w, "a").await;
        assert_eq!(
            (&agent["running"], &agent["expired"], &agent["failed"]),
            (&json!(0), &json!(1), &json!(1))
        );
        assert!(agent["busy_ms"].as_u64().unwrap() >= 100, "{agent}");
    });
}

#[test]
fn settled_twice_an_attempt_counts_once() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        w.complete(&held, 1).await.ok();
        assert_eq!(look(&w, "a").await["completed"], 1);
    });
}

#[test]
fn an_agent_that_nobody_registered_is_not_found() {
    in_a_swarm(async |w| {
        let problem = w.get("/agents/a").send().await.problem(404, "agent_not_found");
        assert_eq!(problem["retryable"], false);
    });
}

#[test]
fn unread_messages_are_counted() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        let message = json!({"from": "b", "to": {"agent": "a"}, "kind": "note", "body": 1});
        w.post("/messages").json(message.clone()).send().await.expect(201);
        w.post("/messages").json(message).send().await.expect(201);
        assert_eq!(look(&w, "a").await["unread"], 2);
        w.post("/agents/a/inbox/ack").json(json!({"up_to": 1})).send().await.ok();
        assert_eq!(look(&w, "a").await["unread"], 1);
    });
}
