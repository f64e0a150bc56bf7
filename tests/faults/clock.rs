//! The clock of Redis is set by an hour while it runs, and servers whose clocks do not agree.

use std::time::{Duration, Instant, SystemTime};

use futures_util::future::join_all;
use serde_json::json;
use waggle_task_queue::model::Stamp;
use waggle_tests::{
    Held, PATIENCE, RedisServer, Service, Setup, Shim, Shimmed, World, in_a_swarm_of, metric, task, until,
};

use crate::support::Load;

pub(crate) const HOUR: i64 = 3_600;
/// Of whoever lives: much longer than the clock runs while a busy machine starts a program.
const LEASE_MS: u64 = 20_000;
/// Of whoever dies: he is waited for.
pub(crate) const DEAD_LEASE_MS: u64 = 4_000;
/// Longer than any of these leases, and than what is taken for a step of the clock.
const STANDSTILL_S: i64 = 60;
/// What a sweep and a busy machine add to the end of a lease.
pub(crate) const SLACK: Duration = Duration::from_secs(15);

/// A swarm on a Redis whose clock can be set.
fn with_clock(test: impl AsyncFnOnce(World, &Shim)) {
    let shim = Shim::new();
    let redis = RedisServer::under(&shim, &[]);
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| test(w, &shim).await);
}

/// Fifty tasks in the hands of five agents.
pub(crate) async fn held_by_five(w: &World) -> Vec<Held> {
    w.submit_many((0..50).map(|n| task().payload(n).lease_ms(LEASE_MS))).await;
    let claims = (0..5).map(|n| w.claim_with(json!({"agent": format!("a{n}"), "max_tasks": 10})));
    let held: Vec<_> = join_all(claims).await.into_iter().flatten().collect();
    assert_eq!(held.len(), 50);
    held
}

async fn until_noticed(w: &World, jumps: u32) {
    until("the server notices the clock", PATIENCE, async || {
        metric(w.client(), "waggle_clock_jumps_total").await == Some(jumps.to_string())
    })
    .await;
}

/// Whoever sweeps has ended one lease since, and looked at the others.
pub(crate) async fn until_swept(w: &World) {
    w.submit(task().queue("swept").lease_ms(500)).await;
    let dead = w.claim_with(json!({"agent": "dead", "queues": ["swept"]})).await.remove(0);
    w.until_status(&dead.id, "ready").await;
    w.cancel(&dead.id).await.ok();
}

pub(crate) async fn heartbeats(w: &World, held: &[Held]) {
    for reply in join_all(held.iter().map(|held| w.heartbeat(held, json!({})))).await {
        reply.ok();
    }
}

/// Nobody got a task that was held, and all are done by those who held them.
pub(crate) async fn complete_all(w: &World, held: &[Held]) {
    for reply in join_all(held.iter().map(|held| w.complete(held, 1))).await {
        reply.ok();
    }
    for held in held {
        assert_eq!(w.task(&held.id).await["attempt"], 1, "it was handed out twice");
    }
}

/// The clock is set by each of these while fifty tasks are held and one is abandoned.
async fn set_again_and_again(w: &World, shim: &Shim, hours: &[i64]) {
    let held = held_by_five(w).await;
    let abandoned = w.submit_id(task().queue("dead").lease_ms(DEAD_LEASE_MS)).await;
    w.claim_with(json!({"agent": "dead", "queues": ["dead"]})).await;
    let left = Instant::now();
    for (jumps, hour) in (1..).zip(hours) {
        shim.move_clock(hour * HOUR);
        // At once, before anybody has swept: some go on, and some are done.
        heartbeats(w, &held[..20]).await;
        until_noticed(w, jumps).await;
        heartbeats(w, &held).await;
    }
    until("what was abandoned is ready", PATIENCE, async || {
        heartbeats(w, &held).await;
        w.status(&abandoned).await == "ready"
    })
    .await;
    let waited = left.elapsed();
    assert!(waited < Duration::from_millis(DEAD_LEASE_MS) + SLACK, "frozen for {waited:?}");
    assert_eq!(w.list("running").await.len(), held.len(), "none was taken from whoever says that he goes on");
    let again = w.claim_with(json!({"agent": "b", "queues": ["dead"]})).await;
    assert_eq!(again[0].attempt, 2);
    w.complete(&again[0], 1).await.ok();
    heartbeats(w, &held).await;
    complete_all(w, &held).await;
}

/// Fault: clock-jumps
#[test]
fn an_hour_forward_takes_no_task_from_a_living_agent_and_leaves_none_with_a_dead_one() {
    with_clock(async |w, shim| set_again_and_again(&w, shim, &[1]).await);
}

/// Fault: clock-jumps
#[test]
fn an_hour_back_takes_no_task_from_a_living_agent_and_leaves_none_with_a_dead_one() {
    with_clock(async |w, shim| set_again_and_again(&w, shim, &[-1]).await);
}

/// Fault: clock-jumps
#[test]
fn neither_do_an_hour_forward_and_back_again() {
    with_clock(async |w, shim| set_again_and_again(&w, shim, &[1, 0]).await);
}

/// Fault: clock-jumps
#[test]
fn a_lease_of_before_an_hour_back_goes_on_when_the_clock_is_right_again() {
    with_clock(async |w, shim| {
        w.submit(task().queue("held").lease_ms(LEASE_MS)).await;
        let lease = w.claim_with(json!({"agent": "a", "queues": ["held"]})).await.remove(0);
        for (jumps, hour) in [(1, -1), (2, 0)] {
            shim.move_clock(hour * HOUR);
            until_noticed(&w, jumps).await;
            until_swept(&w).await;
        }
        w.complete(&lease, 1).await.ok();
        assert_eq!(w.task(&lease.id).await["attempt"], 1, "it was handed out twice");
    });
}

/// Fault: clock-jumps
#[test]
fn a_lease_that_was_over_before_an_hour_back_is_over_when_the_clock_is_right_again() {
    with_clock(async |w, shim| {
        w.submit(task().lease_ms(500)).await;
        let held = w.claim_one("dead").await;
        w.service().kill();
        // The lease is over, and nobody sweeps. Whoever looks at the data sees the clock.
        for seconds in [1, 1 - HOUR, 1] {
            shim.move_clock(seconds);
            assert!(w.service().setup().run(&["doctor", "--audit"]).status.success());
        }
        w.service().restart();
        w.until_status(&held.id, "ready").await;
    });
}

/// Fault: clock-jumps
#[test]
fn a_lease_that_was_over_before_an_hour_back_and_not_noticed_ends_while_the_clock_is_back() {
    with_clock(async |w, shim| {
        w.submit(task().lease_ms(DEAD_LEASE_MS)).await;
        let held = w.claim_one("dead").await;
        until_swept(&w).await;
        w.service().kill();
        // The lease is over, and nobody sweeps. Whoever looks at the data sees the clock.
        for seconds in [1, 2, 3, 4, 5, 5 - HOUR] {
            shim.move_clock(seconds);
            assert!(w.service().setup().run(&["doctor", "--audit"]).status.success());
        }
        w.service().restart();
        w.until_status(&held.id, "ready").await;
    });
}

/// Fault: clock-jumps
#[test]
fn an_attempt_has_all_of_its_time_and_no_more_whichever_way_the_clock_is_set() {
    for hours in [1, -1] {
        with_clock(async |w, shim| {
            let new = task().max_attempts(1).lease_ms(3_000).with("timeout_ms", 5_000);
            let id = w.submit_id(new).await;
            let start = Instant::now();
            let held = w.claim_one("a").await;
            shim.move_clock(hours * HOUR);
            until("the attempt has ended", PATIENCE, async || {
                w.heartbeat(&held, json!({})).await.status != 200
            })
            .await;
            let took = start.elapsed();
            assert!(took > Duration::from_millis(4_000), "{hours} h: it ended after {took:?}");
            assert!(took < Duration::from_millis(5_000) + SLACK, "{hours} h: it lasted {took:?}");
            assert_eq!(w.until_status(&id, "failed").await["error"]["kind"], "timeout");
        });
    }
}

/// Fault: clock-jumps
#[test]
fn an_agent_is_neither_lost_nor_kept_because_the_clock_was_set() {
    for hours in [1, -1] {
        with_clock(async |w, shim| {
            let start = Instant::now();
            for (name, ttl_ms) in [("alive", 20_000), ("dead", 5_000)] {
                w.put(&format!("/agents/{name}")).json(json!({"ttl_ms": ttl_ms})).send().await.expect(201);
            }
            shim.move_clock(hours * HOUR);
            until_noticed(&w, 1).await;
            let status =
                async |name: &str| w.get(&format!("/agents/{name}")).send().await.ok()["status"].clone();
            until("a living agent is there", PATIENCE, async || status("alive").await == "live").await;
            until("the silent one is lost", PATIENCE, async || {
                w.post("/agents/alive/heartbeat").json(json!({})).send().await.ok();
                status("dead").await == "lost"
            })
            .await;
            let took = start.elapsed();
            assert!(took > Duration::from_millis(4_000), "{hours} h: lost after {took:?}");
            assert!(took < Duration::from_millis(5_700) + SLACK, "{hours} h: kept for {took:?}");
        });
    }
}

/// Fault: clock-jumps
#[test]
fn a_long_attempt_loses_an_hour_back_once_however_often_its_holder_speaks() {
    const HALF_A_DAY_MS: i64 = 43_200_000;
    with_clock(async |w, shim| {
        w.submit(task().lease_ms(LEASE_MS).with("timeout_ms", HALF_A_DAY_MS)).await;
        let held = w.claim_one("a").await;
        shim.move_clock(-HOUR);
        let held = vec![held; 6];
        heartbeats(&w, &held).await;
        until_noticed(&w, 1).await;
        heartbeats(&w, &held).await;
        let reply = w.heartbeat(&held[0], json!({"extend_ms": 2 * HALF_A_DAY_MS})).await.ok();
        let ends: Stamp = serde_json::from_value(reply["lease"]["expires_at"].clone()).unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
        let left = ends.0 + HOUR * 1_000 - i64::try_from(now).unwrap();
        assert!((HALF_A_DAY_MS - 60_000..=HALF_A_DAY_MS).contains(&left), "{left} ms are left");
        w.complete(&held[0], 1).await.ok();
    });
}

/// Fault: clock-jumps
#[test]
fn an_agent_that_was_lost_before_an_hour_back_and_returns_is_lost_again_when_it_is_silent() {
    with_clock(async |w, shim| {
        w.put("/agents/a").json(json!({"ttl_ms": 5_000})).send().await;
        let is = async |what: &str| w.get("/agents/a").send().await.ok()["status"] == what;
        until("it is lost", PATIENCE, async || is("lost").await).await;
        shim.move_clock(-HOUR);
        w.post("/agents/a/heartbeat").json(json!({})).send().await.ok();
        assert!(is("live").await);
        until("it is lost again", PATIENCE, async || is("lost").await).await;
    });
}

/// Fault: clock-jumps
#[test]
fn a_clock_that_goes_on_a_little_earlier_than_where_it_was_set_freezes_no_lease() {
    with_clock(async |w, shim| {
        shim.move_clock(HOUR);
        until_noticed(&w, 1).await;
        shim.move_clock(HOUR - 2);
        w.submit(task().lease_ms(500)).await;
        let held = w.claim_one("dead").await;
        w.until_status(&held.id, "ready").await;
    });
}

/// Fault: redis-killed
#[test]
fn leases_and_presence_go_on_when_redis_was_away_for_longer_than_they_last() {
    let shim = Shim::new();
    let redis = RedisServer::under(&shim, &[]);
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let held = held_by_five(&w).await;
        let abandoned = w.submit_id(task().queue("dead").lease_ms(DEAD_LEASE_MS)).await;
        w.claim_with(json!({"agent": "dead", "queues": ["dead"]})).await;
        until_swept(&w).await;
        redis.kill();
        shim.move_clock(HOUR);
        redis.boot();
        w.until_it_works().await;
        let back = Instant::now();
        heartbeats(&w, &held[..20]).await;
        until_swept(&w).await;
        complete_all(&w, &held).await;
        let agent = w.get("/agents/a0").send().await.ok();
        assert_eq!(agent["status"], "live", "{agent}");
        w.until_status(&abandoned, "ready").await;
        let waited = back.elapsed();
        assert!(waited < Duration::from_millis(DEAD_LEASE_MS) + SLACK, "frozen for {waited:?}");
    });
}

/// Fault: clock-jumps
#[test]
fn leases_outlast_one_standstill_after_the_other() {
    with_clock(async |w, shim| {
        w.submit(task().lease_ms(LEASE_MS)).await;
        let held = w.claim_one("a").await;
        w.service().kill();
        // Nobody calls meanwhile: a clock that is set stands for as much time. Somebody looks at the data in its middle.
        shim.move_clock(STANDSTILL_S);
        assert!(w.service().setup().run(&["doctor", "--audit"]).status.success());
        shim.move_clock(2 * STANDSTILL_S);
        w.service().restart();
        w.complete(&held, 1).await.ok();
        assert_eq!(w.task(&held.id).await["attempt"], 1);
    });
}

/// Fault: clocks-differ
#[test]
fn a_server_whose_clock_is_an_hour_ahead_gives_and_takes_as_the_others_do() {
    let (redis, shim) = (RedisServer::start(), Shim::new());
    shim.move_clock(HOUR);
    let ahead = Service::start(Setup::redis(&redis).under(&shim, Shimmed::Server));
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        let other = w.through(&ahead.base());
        let load = Load { submitters: 4, tasks: 30, agents: 6 };
        load.run(&[w.clone(), other.clone()], async {}).await;

        other.submit(task().queue("later").delay_ms(1_000).lease_ms(60_000)).await;
        assert!(w.claim_with(json!({"agent": "a", "queues": ["later"]})).await.is_empty(), "it is not due");
        let later = json!({"agent": "a", "queues": ["later"], "wait_ms": 10_000});
        let held = other.claim_with(later).await.remove(0);
        // Whoever sweeps, sweeps by the clock of Redis.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        w.heartbeat(&held, json!({})).await.ok();
        w.complete(&held, 1).await.ok();
        assert_eq!(metric(other.client(), "waggle_clock_jumps_total").await.as_deref(), Some("0"));
    });
}
