//! The clock of Redis is set back while Redis is away: nobody sees the step, and only what Redis kept tells of it. And what is
//! made after a step back, which is not moved with what was there.

use std::time::{Duration, Instant};

use serde_json::json;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, Shim, World, in_a_swarm_of, task, until};

use crate::clock::{DEAD_LEASE_MS, HOUR, SLACK, complete_all, heartbeats, held_by_five, until_swept};

/// The shortest presence.
const TTL_MS: u64 = 1_000;
/// A step back, and a shorter span that it would end.
const STEP_S: i64 = 15;
const LASTS_MS: u64 = 12_000;

/// `before` on a Redis that is an hour ahead; then it ends, and begins again with its clock right; then `after`.
fn set_back_while_away<T>(before: impl AsyncFnOnce(&World) -> T, after: impl AsyncFnOnce(&World, T)) {
    let shim = Shim::new();
    shim.move_clock(HOUR);
    let redis = RedisServer::under(&shim, &[]);
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let found = before(&w).await;
        redis.kill();
        shim.move_clock(0);
        redis.boot();
        w.until_it_works().await;
        after(&w, found).await;
    });
}

/// Fault: clock-jumps
#[test]
fn no_lease_and_no_presence_is_frozen_when_the_clock_went_back_while_redis_was_away() {
    let before = async |w: &World| {
        let held = held_by_five(w).await;
        let abandoned = w.submit_id(task().queue("dead").lease_ms(DEAD_LEASE_MS)).await;
        w.put("/agents/silent").json(json!({"ttl_ms": TTL_MS})).send().await.expect(201);
        w.claim_with(json!({"agent": "silent", "queues": ["dead"]})).await;
        until_swept(w).await;
        (held, abandoned)
    };
    set_back_while_away(before, async |w, (held, abandoned)| {
        let back = Instant::now();
        heartbeats(w, &held).await;
        until("what was abandoned is ready", PATIENCE, async || {
            heartbeats(w, &held).await;
            w.status(&abandoned).await == "ready"
        })
        .await;
        until("the silent agent is lost", PATIENCE, async || {
            w.get("/agents/silent").send().await.ok()["status"] == "lost"
        })
        .await;
        let waited = back.elapsed();
        assert!(waited < Duration::from_millis(DEAD_LEASE_MS) + SLACK, "frozen for {waited:?}");
        assert_eq!(w.get("/agents/a0").send().await.ok()["status"], "live");
        complete_all(w, &held).await;
    });
}

/// Fault: clock-jumps
#[test]
fn what_is_handed_out_after_the_clock_went_back_while_redis_was_away_is_held_as_long_as_it_says() {
    set_back_while_away(held_by_five, async |w, held| {
        w.submit(task().queue("new").lease_ms(60_000)).await;
        let new = w.claim_with(json!({"agent": "new", "queues": ["new"]})).await.remove(0);
        until_swept(w).await;
        heartbeats(w, &held).await;
        w.complete(&new, 1).await.ok();
        complete_all(w, &held).await;
    });
}

/// Fault: clock-jumps
#[test]
fn a_rate_is_what_it_says_when_the_clock_went_back_while_redis_was_away() {
    let before = async |w: &World| {
        w.put("/queues/q").json(json!({"rate": {"limit": 1, "per_ms": 1_000}})).send().await.expect(201);
        w.submit_many((0..2).map(|_| task().queue("q"))).await;
        let held = w.claim_with(json!({"agent": "a", "queues": ["q"]})).await.remove(0);
        w.complete(&held, 1).await.ok();
    };
    set_back_while_away(before, async |w, ()| {
        let next = w.claim_with(json!({"agent": "a", "queues": ["q"], "wait_ms": 20_000})).await;
        assert_eq!(next.len(), 1);
    });
}

/// Fault: clock-jumps
#[test]
fn a_swarm_that_is_made_after_a_step_back_keeps_its_leases_and_its_agents() {
    let shim = Shim::new();
    let redis = RedisServer::under(&shim, &[]);
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        shim.move_clock(-STEP_S);
        let stepped = Instant::now();
        until("the clock says what it has said before", PATIENCE, async || {
            w.claim("nobody").await;
            stepped.elapsed() > Duration::from_secs(STEP_S.unsigned_abs() + 1)
        })
        .await;
        for n in 0..10 {
            let new = w.beside(&format!("{}-{n}", w.swarm()));
            new.put("").send().await.expect(201);
            new.put("/agents/a").json(json!({"ttl_ms": LASTS_MS})).send().await.expect(201);
            new.submit(task().lease_ms(LASTS_MS)).await;
            let held = new.claim_one("a").await;
            until_swept(&new).await;
            assert_eq!(new.get("/agents/a").send().await.ok()["status"], "live");
            new.complete(&held, 1).await.ok();
            new.delete("").send().await.expect(202);
        }
    });
}
