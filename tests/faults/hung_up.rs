//! The client hangs up while Redis hands out its tasks.

use std::time::{Duration, Instant};

use serde_json::json;
use waggle_tests::{
    Held, Mode, PATIENCE, Proxy, Raw, RedisServer, Service, Setup, World, in_a_swarm_of, metric, task, until,
};

/// What Redis seems to need for an answer: time enough to hang up in between.
const SLOW: Duration = Duration::from_secs(1);
/// So long that a task which waits for its end would fail the test.
const LEASE_MS: u64 = 600_000;

fn with_slow_redis(test: impl AsyncFnOnce(World, &Proxy)) {
    let redis = RedisServer::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::unix(&redis.socket()));
    let setup = Setup::through(&redis, proxy.url());
    in_a_swarm_of(&Service::start(setup), async |w| test(w, &proxy).await);
}

async fn claim(w: &World, wait_ms: u64) -> Raw {
    let mut agent = Raw::connect(&w.service().address()).await;
    let claim = json!({"agent": "gone", "max_tasks": 3, "lease_ms": LEASE_MS, "wait_ms": wait_ms});
    agent.post(&w.path("/claims"), &claim.to_string()).await;
    agent
}

/// All tasks come back, long before their leases end, and no attempt was counted.
async fn assert_given_back(w: &World, tasks: usize) {
    let mut held: Vec<Held> = Vec::new();
    until("all tasks have come back", PATIENCE, async || {
        held.extend(w.claim_with(json!({"agent": "here", "max_tasks": 100})).await);
        held.len() >= tasks
    })
    .await;
    assert_eq!(held.len(), tasks);
    assert!(held.iter().all(|held| held.attempt == 1));
}

/// Fault: client-hangs-up
#[test]
fn tasks_on_their_way_to_a_client_that_hung_up_are_given_back_at_once() {
    with_slow_redis(async |w, proxy| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        proxy.set(Mode::Delay(SLOW));
        let agent = claim(&w, 0).await;
        tokio::time::sleep(SLOW / 3).await;
        agent.reset();
        // The reply to the claim is still to come; so is what gives the tasks back.
        tokio::time::sleep(SLOW * 3).await;
        proxy.set(Mode::Pass);
        assert_given_back(&w, 5).await;
    });
}

/// Fault: client-hangs-up
#[test]
fn so_are_those_that_a_wake_up_had_fetched_for_it() {
    with_slow_redis(async |w, proxy| {
        let agent = claim(&w, 60_000).await;
        until("it waits", PATIENCE, async || {
            metric(w.client(), "waggle_long_polls{kind=\"claim\"}").await.as_deref() == Some("1")
        })
        .await;
        // Until the channel of its swarm is heard.
        tokio::time::sleep(Duration::from_millis(400)).await;
        proxy.set(Mode::Delay(SLOW));
        let start = Instant::now();
        w.submit(task()).await;
        // The wake-up has come with the answer to the submit; the claim that it made is under way.
        tokio::time::sleep(SLOW / 2).await;
        agent.reset();
        tokio::time::sleep(SLOW * 4).await;
        proxy.set(Mode::Pass);
        assert_given_back(&w, 1).await;
        assert!(start.elapsed() < Duration::from_secs(20));
    });
}

/// Fault: client-hangs-up
#[test]
fn of_two_clients_served_by_one_call_only_the_one_that_hung_up_loses_its_tasks() {
    with_slow_redis(async |w, proxy| {
        w.submit_many((0..6).map(|n| task().payload(n))).await;
        proxy.set(Mode::Delay(SLOW));
        let gone = claim(&w, 0).await;
        let stays = w.claim_with(json!({"agent": "stays", "max_tasks": 3, "lease_ms": LEASE_MS}));
        let hang_up = async {
            tokio::time::sleep(SLOW / 3).await;
            gone.reset();
        };
        let (held, ()) = futures_util::future::join(stays, hang_up).await;
        assert_eq!(held.len(), 3);
        tokio::time::sleep(SLOW * 3).await;
        proxy.set(Mode::Pass);
        assert_given_back(&w, 3).await;
        for held in &held {
            w.complete(held, 1).await.ok();
        }
    });
}
