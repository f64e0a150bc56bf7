use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{Reply, World, in_a_swarm, task};

async fn submit(w: &World, key: &str, body: serde_json::Value) -> Reply {
    w.post("/tasks").header("idempotency-key", key).json(body).send().await
}

#[test]
fn the_same_key_and_body_replay_the_first_answer_and_make_one_task() {
    in_a_swarm(async |w| {
        let body = json!({"payload": {"n": 1}, "delay_ms": 60_000});
        let first = submit(&w, "k", body.clone()).await;
        let second = submit(&w, "k", body).await;
        assert_eq!(
            (first.header("idempotency-replayed"), second.header("idempotency-replayed")),
            ("", "true")
        );
        assert_eq!(first.header("location"), second.header("location"));
        assert_eq!(first.expect(201), second.expect(201));
        assert_eq!(w.pages("").await.len(), 1);
    });
}

#[test]
fn a_replay_is_the_first_answer_even_after_the_task_has_gone_on() {
    in_a_swarm(async |w| {
        let first = submit(&w, "k", json!({"payload": 1})).await.expect(201);
        let held = w.claim_one("a").await;
        w.complete(&held, "done").await.ok();
        let again = submit(&w, "k", json!({"payload": 1})).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.expect(201), first);
        assert!(w.claim("a").await.is_empty());
    });
}

#[test]
fn sixty_four_submits_of_one_key_at_once_make_one_task() {
    in_a_swarm(async |w| {
        let replies = join_all((0..64).map(|_| submit(&w, "race", json!({"payload": "one"})))).await;
        let ids: HashSet<_> = replies.iter().map(|reply| reply.body["id"].to_string()).collect();
        let firsts = replies.iter().filter(|reply| reply.header("idempotency-replayed").is_empty()).count();
        assert!(replies.iter().all(|reply| reply.status == 201));
        assert_eq!((ids.len(), firsts), (1, 1));
        assert_eq!(w.pages("").await.len(), 1);
    });
}

#[test]
fn another_body_under_the_same_key_is_a_mismatch() {
    in_a_swarm(async |w| {
        submit(&w, "k", json!({"payload": 1})).await.expect(201);
        submit(&w, "k", json!({"payload": 2})).await.problem(422, "idempotency_mismatch");
        assert_eq!(w.pages("").await.len(), 1);
    });
}

#[test]
fn a_key_is_good_for_its_own_swarm_and_path() {
    in_a_swarm(async |w| {
        let other = format!("{}-other", w.swarm());
        w.client().put(&format!("/v1/swarms/{other}")).send().await.expect(201);
        let here = submit(&w, "k", json!({})).await.expect(201);
        let path = format!("/v1/swarms/{other}/tasks");
        let there = w.client().post(&path).header("idempotency-key", "k").json(json!({})).send().await;
        assert_eq!(there.header("idempotency-replayed"), "");
        assert_ne!(there.expect(201)["id"], here["id"]);
        let batch =
            w.post("/tasks/batch").header("idempotency-key", "k").json(json!({"tasks": []})).send().await;
        assert_eq!(batch.header("idempotency-replayed"), "");
        batch.ok();
    });
}

#[test]
fn a_refused_request_leaves_its_key_free() {
    in_a_swarm(async |w| {
        submit(&w, "k", json!({"priority": 99})).await.problem(422, "validation");
        let reply = submit(&w, "k", json!({"priority": 1})).await;
        assert_eq!(reply.header("idempotency-replayed"), "");
        reply.expect(201);
    });
}

#[test]
fn a_key_has_1_to_256_bytes() {
    in_a_swarm(async |w| {
        for key in [String::new(), "k".repeat(257)] {
            let problem = submit(&w, &key, json!({})).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], "/Idempotency-Key");
        }
        submit(&w, &"k".repeat(256), json!({})).await.expect(201);
    });
}

#[test]
fn a_replay_of_a_duplicate_answers_with_the_same_task() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().dedup_key("d")).await;
        for replayed in ["", "true"] {
            let reply = submit(&w, "k", json!({"dedup_key": "d"})).await;
            assert_eq!(reply.header("idempotency-replayed"), replayed);
            assert_eq!(reply.expect(200)["id"], id.as_str());
        }
    });
}
