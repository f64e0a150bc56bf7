use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{Reply, World, in_a_swarm};

use super::support::{ack, bodies, register};

async fn send(w: &World, key: &str, message: Value) -> Reply {
    w.post("/messages").header("idempotency-key", key).json(message).send().await
}

#[test]
fn the_same_key_and_body_replay_the_first_answer_and_send_one_message() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        let message = json!({"from": "x", "to": {"swarm": true}, "body": 1});
        let first = send(&w, "k", message.clone()).await;
        assert_eq!(first.header("idempotency-replayed"), "");
        ack(&w, "a", json!({"up_to": 1})).await;
        let second = send(&w, "k", message).await;
        assert_eq!(second.header("idempotency-replayed"), "true");
        assert_eq!(first.expect(201), second.expect(201));
        assert!(bodies(&w, "a").await.is_empty());
        assert_eq!(bodies(&w, "b").await, [1]);
    });
}

#[test]
fn another_body_under_the_same_key_is_a_mismatch() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        send(&w, "k", json!({"from": "x", "to": {"agent": "a"}, "body": 1})).await.expect(201);
        let other = send(&w, "k", json!({"from": "x", "to": {"agent": "a"}, "body": 2})).await;
        other.problem(422, "idempotency_mismatch");
        assert_eq!(bodies(&w, "a").await, [1]);
    });
}

#[test]
fn sends_of_one_key_at_once_are_one_message() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let message = json!({"from": "x", "to": {"agent": "a"}, "body": "one"});
        let replies = join_all((0..32).map(|_| send(&w, "race", message.clone()))).await;
        let ids: HashSet<_> = replies.iter().map(|reply| reply.body["id"].to_string()).collect();
        let firsts = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_empty()).count();
        assert_eq!((ids.len(), firsts, bodies(&w, "a").await.len()), (1, 1, 1));
    });
}

#[test]
fn a_refusal_leaves_the_key_free() {
    in_a_swarm(async |w| {
        let message = json!({"from": "x", "to": {"agent": "late"}, "body": 1});
        send(&w, "k", message.clone()).await.problem(404, "agent_not_found");
        register(&w, &["late"]).await;
        let reply = send(&w, "k", message).await;
        assert_eq!(reply.header("idempotency-replayed"), "");
        reply.expect(201);
        assert_eq!(bodies(&w, "late").await, [1]);
    });
}

#[test]
fn a_key_of_a_submit_is_no_key_of_a_message() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        w.post("/tasks").header("idempotency-key", "k").json(json!({})).send().await.expect(201);
        let reply = send(&w, "k", json!({"from": "x", "to": {"agent": "a"}})).await;
        assert_eq!(reply.header("idempotency-replayed"), "");
        reply.expect(201);
    });
}
