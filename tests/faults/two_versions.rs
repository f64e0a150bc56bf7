//! Servers of two releases on one Redis, as during an upgrade and on the way back.
//!
//! The other release is the same program under another version of its functions: what two releases share is the data, and
//! the keys of a release that could not share them would have another version, which keeps its servers from starting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use waggle_tests::{PATIENCE, RedisServer, Service, Setup, World, in_a_swarm_of, task, until};

use crate::mixed::Mixed;
use crate::support::Load;

const LIBRARIES: [&str; 2] = ["waggle_v1", "waggle_v2"];
/// Longer than what is taken for a step of the clock, and than a lease and a sweep.
const AWAY: Duration = Duration::from_secs(12);
/// What is left of a lease, a sweep, and a busy machine. With the time that its own release was away, it would be longer
/// than that.
const PROMPT: Duration = Duration::from_secs(9);
/// Between two steps of an upgrade.
const STEP: Duration = Duration::from_millis(400);

fn old(redis: &RedisServer) -> Setup {
    Setup::redis(redis)
}

fn new(redis: &RedisServer) -> Setup {
    Setup::redis(redis).set("PRETENDED_VERSION", "2")
}

fn libraries(redis: &RedisServer) -> Vec<String> {
    let listed: Vec<std::collections::HashMap<String, redis::Value>> = redis.query("FUNCTION LIST");
    let mut names: Vec<String> = listed
        .into_iter()
        .map(|library| redis::from_redis_value(library["library_name"].clone()).unwrap())
        .collect();
    names.sort();
    names
}

/// An old server, whose swarm it is, and a new one.
fn with_both(test: impl AsyncFnOnce(World, World)) {
    let redis = RedisServer::start();
    let (one, two) = (Service::start(old(&redis)), Service::start(new(&redis)));
    in_a_swarm_of(&one, async |w| {
        assert_eq!(libraries(&redis), LIBRARIES);
        let other = w.through(&two.base());
        test(w, other).await;
    });
}

/// Fault: two-releases
#[test]
fn servers_of_two_releases_serve_one_swarm_and_the_history_holds() {
    with_both(async |old, new| {
        Load { submitters: 4, tasks: 40, agents: 8 }.run(&[old, new], async {}).await;
    });
}

/// Fault: two-releases
#[test]
fn servers_of_two_releases_serve_all_kinds_of_tasks_and_the_history_holds() {
    with_both(async |old, new| {
        Mixed { submitters: 4, tasks: 50, agents: 8, seed: 6 }.run(&[old, new], async {}).await;
    });
}

/// Fault: two-releases
#[test]
fn agents_that_wait_at_one_release_are_woken_by_the_other() {
    with_both(async |old, new| {
        for (here, there) in [(&old, &new), (&new, &old)] {
            let wait = here.claim_with(json!({"agent": "a", "wait_ms": 20_000}));
            let submit = async {
                until("the agent waits", PATIENCE, async || {
                    let metrics = here.client().get("/metrics").send().await.text;
                    metrics.lines().any(|line| line == "waggle_long_polls{kind=\"claim\"} 1")
                })
                .await;
                there.submit_id(task()).await
            };
            let (held, id) = futures_util::future::join(wait, submit).await;
            assert_eq!(held[0].id, id);
            there.complete(&held[0], 1).await.ok();
        }
    });
}

/// Fault: two-releases
#[test]
fn under_load_two_servers_are_upgraded_one_after_the_other_and_back_again() {
    let redis = Arc::new(RedisServer::start());
    let mut servers = [Service::start(old(&redis)), Service::start(old(&redis))];
    // Whoever serves in the end does so until all has been looked at.
    let mut last = None;
    in_a_swarm_of(&servers[0].clone(), async |w| {
        let worlds = [0, 1].map(|n: usize| w.through(&servers[n].base()));
        let upgraded = Arc::clone(&redis);
        let change = async {
            let change = move || {
                for release in [new, old] {
                    for server in &mut servers {
                        server.terminate();
                        assert!(server.ended().success());
                        *server = Service::try_start(release(&upgraded), &server.address()).unwrap();
                    }
                    std::thread::sleep(STEP);
                }
                servers
            };
            tokio::task::spawn_blocking(change).await.unwrap()
        };
        let fault = async { last = Some(change.await) };
        Load { submitters: 4, tasks: 60, agents: 8 }.run(&worlds, fault).await;
        assert_eq!(libraries(&redis), LIBRARIES, "each release finds its own functions");
    });
}

/// Fault: two-releases
#[test]
fn a_release_that_comes_back_keeps_no_lease_for_the_time_that_it_was_away() {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(old(&redis)), async |w| {
        w.service().terminate();
        assert!(w.service().ended().success());
        let other = Service::start(new(&redis));
        let there = w.through(&other.base());
        let id = there.submit_id(task().lease_ms(1_000)).await;
        // As long as the other release serves; the dead agent gets its task at the end of it.
        tokio::time::sleep(AWAY).await;
        there.claim_one("dead").await;
        other.kill();
        w.service().restart();
        let back = Instant::now();
        w.until_status(&id, "ready").await;
        assert!(back.elapsed() < PROMPT, "held for {:?}", back.elapsed());
    });
}
