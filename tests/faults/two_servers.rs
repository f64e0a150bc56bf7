//! Two servers on one Redis.

use std::time::Duration;

use futures_util::future::join;
use serde_json::json;
use waggle_tests::{
    ON_TIME, PATIENCE, RedisServer, Service, Setup, World, in_a_swarm_of, task, until, until_quick,
    uses_cluster,
};

use crate::{mixed::Mixed, support::Load};

/// Until somebody waits.
const PAUSE: Duration = Duration::from_millis(100);

/// Two services on the same store: a Redis of the harness, or the cluster.
fn with_two(test: impl AsyncFnOnce(World, World)) {
    let redis = RedisServer::start();
    let cluster = uses_cluster().then(|| std::sync::Arc::new(waggle_tests::Cluster::start()));
    let setup = || cluster.as_ref().map_or_else(|| Setup::redis(&redis), Setup::cluster);
    let (one, two) = (Service::start(setup()), Service::start(setup()));
    in_a_swarm_of(&one, async |w| {
        let other = w.through(&two.base());
        test(w, other).await;
    });
}

/// Fault: two-servers
#[test]
fn both_serve_one_swarm_and_the_history_holds() {
    with_two(async |one, two| {
        Load { submitters: 4, tasks: 40, agents: 8 }.run(&[one, two], async {}).await;
    });
}

/// Fault: two-servers
#[test]
fn both_serve_all_kinds_of_tasks_and_the_history_holds() {
    with_two(async |one, two| {
        Mixed { submitters: 4, tasks: 50, agents: 8, seed: 4 }.run(&[one, two], async {}).await;
    });
}

/// Fault: two-servers
#[test]
fn a_task_submitted_to_one_wakes_an_agent_that_waits_at_the_other() {
    with_two(async |one, two| {
        until_quick(1, ON_TIME, async |_| two.woken_late_by(&one).await).await;
        let id = one.submit_id(task()).await;
        let held = two.claim_one("a").await;
        let finished = one.get(&format!("/tasks/{id}?wait_ms=20000")).send();
        let finish = async {
            tokio::time::sleep(PAUSE).await;
            two.complete(&held, 1).await.ok();
        };
        let (finished, ()) = join(finished, finish).await;
        assert_eq!(finished.ok()["status"], "completed");
    });
}

/// Fault: two-servers
#[test]
fn what_both_sweep_is_swept_once() {
    with_two(async |one, two| {
        one.submit_many((0..200).map(|n| task().payload(n).delay_ms(200).lease_ms(3_000).max_attempts(2)))
            .await;
        for attempt in 1..=2 {
            until("all are ready", PATIENCE, async || two.list("ready").await.len() == 200).await;
            let mut held = one.claim_with(json!({"agent": "dies", "max_tasks": 100})).await;
            held.extend(two.claim_with(json!({"agent": "dies-too", "max_tasks": 100})).await);
            assert_eq!(held.len(), 200);
            assert!(held.iter().all(|held| held.attempt == attempt));
        }
        until("all have failed", PATIENCE, async || one.list("failed").await.len() == 200).await;
        assert!(one.list("failed").await.iter().all(|task| task["attempt"] == 2));
    });
}

/// Fault: two-servers
#[test]
fn when_one_is_killed_the_other_goes_on_with_what_it_left() {
    let redis = RedisServer::start();
    let (one, two) = (Service::start(Setup::redis(&redis)), Service::start(Setup::redis(&redis)));
    in_a_swarm_of(&one, async |w| {
        let other = w.through(&two.base());
        w.submit_many((0..10).map(|n| task().payload(n).lease_ms(10_000))).await;
        let held = other.claim_with(json!({"agent": "a", "max_tasks": 5})).await;
        two.kill();
        for held in &held[..2] {
            w.complete(held, 1).await.ok();
        }
        for held in &held[2..] {
            w.heartbeat(held, json!({"extend_ms": 100})).await.ok();
        }
        until("what was held comes back", PATIENCE, async || w.list("ready").await.len() == 8).await;
    });
}
