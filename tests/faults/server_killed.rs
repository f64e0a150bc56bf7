//! `kill -9` of the service under load.

use std::time::Duration;

use serde_json::json;
use waggle_tests::{
    PATIENCE, RedisServer, Service, Setup, World, alive, in_a_swarm_of, on_a_service, task, until,
};

use crate::{mixed::Mixed, support::Load};

/// How long a living agent may be silent, and for how long nobody serves: longer than that.
const LEASE_MS: u64 = 5_000;
const AWAY: Duration = Duration::from_secs(7);

/// Four times, each after a while.
async fn kill_again_and_again(w: &World) {
    for n in 0..4_u64 {
        tokio::time::sleep(Duration::from_millis(120 + 90 * n)).await;
        let service = w.service().clone();
        // Starting a process blocks: the clients go on meanwhile.
        tokio::task::spawn_blocking(move || {
            service.kill();
            service.restart();
        })
        .await
        .unwrap();
    }
}

/// Fault: server-killed
#[test]
fn killed_again_and_again_under_load_it_loses_nothing_and_does_nothing_twice() {
    on_a_service(async |w| {
        let load = Load { submitters: 4, tasks: 40, agents: 6 };
        load.run(std::slice::from_ref(&w), kill_again_and_again(&w)).await;
    });
}

/// Fault: server-killed
#[test]
fn killed_under_all_kinds_of_tasks_it_lets_none_begin_too_early_and_leaves_no_slot_behind() {
    on_a_service(async |w| {
        let load = Mixed { submitters: 4, tasks: 50, agents: 8, seed: 2 };
        load.run(std::slice::from_ref(&w), kill_again_and_again(&w)).await;
    });
}

/// Fault: server-killed
#[test]
fn a_submit_whose_answer_was_lost_with_the_server_is_the_same_task_afterwards() {
    on_a_service(async |w| {
        let body = json!({"payload": "once"});
        let send = async || w.post("/tasks").header("idempotency-key", "k").json(body.clone()).send().await;
        let before = send().await.expect(201);
        w.service().kill();
        w.service().restart();
        let after = send().await;
        assert_eq!(after.header("idempotency-replayed"), "true");
        assert_eq!(after.expect(201), before);
    });
}

/// Fault: server-killed
#[test]
fn leases_of_live_agents_stay_valid_across_a_restart() {
    on_a_service(async |w| {
        w.submit_many((0..3).map(|n| task().payload(n))).await;
        let claim = json!({"agent": "a", "max_tasks": 3, "claim_id": "c"});
        let held = w.claim_with(claim.clone()).await;
        w.service().kill();
        w.service().restart();
        assert_eq!(w.claim_with(claim).await, held, "the answer may be asked for again");
        w.heartbeat(&held[0], json!({})).await.ok();
        for held in &held {
            w.complete(held, 1).await.ok();
        }
        assert_eq!(w.list("completed").await.len(), 3);
    });
}

/// Fault: server-killed
#[test]
fn leases_have_what_was_left_of_them_when_nobody_served_for_longer_than_they_last() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| {
        w.submit(task().lease_ms(LEASE_MS)).await;
        let held = w.claim_one("a").await;
        w.service().kill();
        // As long as the fault lasts: there is nothing to wait for.
        tokio::time::sleep(AWAY).await;
        w.service().restart();
        w.complete(&held, 1).await.ok();
        assert_eq!(w.task(&held.id).await["attempt"], 1);
    });
}

/// Fault: server-killed
#[test]
fn what_was_due_while_nothing_ran_is_done_after_the_restart() {
    on_a_service(async |w| {
        w.submit(task()).await;
        let held = w.claim_briefly("dead").await;
        let scheduled = w.submit_id(task().delay_ms(100)).await;
        w.service().kill();
        w.service().restart();
        let reaped = w.until_status(&held.id, "ready").await;
        assert_eq!(reaped["attempt"], 1);
        w.until_status(&scheduled, "ready").await;
        let ids: Vec<_> = w.claim_with(json!({"agent": "b", "max_tasks": 9})).await;
        assert_eq!(ids.len(), 2);
    });
}

/// Fault: server-killed
#[test]
fn no_redis_is_left_behind() {
    on_a_service(async |w| {
        if w.service().cluster().is_some() {
            return;
        }
        let redis = w.service().redis_pid().expect("it has a private Redis");
        w.service().kill();
        until("its Redis has ended with it", PATIENCE, async || !alive(redis)).await;
        w.service().restart();
        assert_ne!(w.service().redis_pid(), Some(redis));
    });
}
