//! Redis stops without a word, and comes back.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, in_a_swarm_of, task, until};

/// The response timeout of the hot lane, and what a busy machine adds. Without that timeout there is no answer at all:
/// Redis stays frozen until they have come.
const BOUND: Duration = Duration::from_secs(8);
/// What is left of it when Redis goes on is enough for who lives, on a busy machine as well.
const LEASE_MS: u64 = 8_000;
/// Longer than that.
const FROZEN: Duration = Duration::from_secs(10);

/// Fault: redis-frozen
#[test]
fn every_request_is_answered_in_time_and_it_heals_by_itself() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis).waits_as_delivered()), async |w| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        redis.freeze();
        let frozen = Instant::now();
        let timed = async |request: waggle_tests::Request| {
            let start = Instant::now();
            (request.send().await, start.elapsed())
        };
        let id = &held[0].id;
        let body = json!({"lease": held[0].token, "result": "r"});
        let answers = join_all([
            timed(w.post("/tasks").header("idempotency-key", "k").json(json!({"payload": "frozen"}))),
            timed(w.post("/claims").json(json!({"agent": "b", "claim_id": "c"}))),
            timed(w.post(&format!("/tasks/{id}/complete")).json(body.clone())),
            timed(w.get(&format!("/tasks/{id}"))),
            timed(w.get("/tasks")),
        ])
        .await;
        for (reply, waited) in answers {
            assert!(waited < BOUND, "{waited:?}");
            let code = reply.body["code"].as_str().unwrap_or_default().to_owned();
            assert!(["outcome_unknown", "backend_unavailable"].contains(&code.as_str()), "{}", reply.text);
            reply.problem(503, &code);
        }
        // Once the breaker is open nobody waits for what will not come.
        until("an answer comes at once", PATIENCE, async || {
            let start = Instant::now();
            let reply = w.post("/tasks").json(json!({})).send().await;
            assert_eq!(reply.status, 503);
            start.elapsed() < Duration::from_millis(200) && reply.body["applied"] == false
        })
        .await;
        tokio::time::sleep(Duration::from_millis(2_500).saturating_sub(frozen.elapsed())).await;
        redis.thaw();
        let thawed = Instant::now();
        w.until_it_works().await;
        assert!(thawed.elapsed() < Duration::from_secs(10), "{:?}", thawed.elapsed());

        // What ran late counts once: the same requests again do no harm.
        let once =
            w.post("/tasks").header("idempotency-key", "k").json(json!({"payload": "frozen"})).send().await;
        once.expect(201);
        let frozen = w.pages("limit=500").await.into_iter().filter(|task| task["payload"] == "frozen");
        assert_eq!(frozen.count(), 1);
        w.on(id, "complete", body).await.ok();
        assert_eq!(w.task(id).await["result"], "r");
        w.complete(&held[1], 1).await.ok();
    });
}

/// Fault: redis-frozen
#[test]
fn leases_do_not_all_end_because_redis_paused_for_a_moment() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis).waits_as_delivered()), async |w| {
        w.submit_many((0..20).map(|_| task().lease_ms(10_000))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 20})).await;
        redis.freeze();
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        redis.thaw();
        w.until_it_works().await;
        for held in &held {
            w.complete(held, 1).await.ok();
        }
    });
}

/// Fault: redis-frozen
#[test]
fn leases_have_what_was_left_of_them_when_redis_stood_still_for_longer_than_they_last() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis).waits_as_delivered()), async |w| {
        w.submit_many((0..20).map(|_| task().lease_ms(LEASE_MS))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 20})).await;
        redis.freeze();
        // As long as the fault lasts: there is nothing to wait for.
        tokio::time::sleep(FROZEN).await;
        redis.thaw();
        w.until_it_works().await;
        // All at once: what was left of the leases is no more than a few seconds.
        for completed in join_all(held.iter().map(|held| w.complete(held, 1))).await {
            completed.ok();
        }
        for held in &held {
            assert_eq!(w.task(&held.id).await["attempt"], 1);
        }
    });
}
