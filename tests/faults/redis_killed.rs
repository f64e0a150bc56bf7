//! `kill -9` of Redis under load; nothing that was written, and with `strict` nothing that was acknowledged, is lost.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;
use waggle_tests::{PATIENCE, Service, Setup, World, in_a_swarm_of, on_a_service, signal, task, until};

use crate::{mixed::Mixed, support::Load};

/// Kills the Redis that holds the swarm; the private one is started again by the service, one of a cluster here.
async fn kill_redis(w: &World) {
    let service = w.service().clone();
    let swarm = w.swarm().to_owned();
    tokio::task::spawn_blocking(move || match service.cluster() {
        Some(cluster) => {
            let node = cluster.node_of(&swarm);
            node.kill();
            node.boot();
        }
        None => {
            if let Some(pid) = service.redis_pid() {
                signal(pid, Signal::KILL);
            }
        }
    })
    .await
    .unwrap();
}

/// Three times, each after a while.
async fn kill_again_and_again(w: &World) {
    for n in 0..3_u64 {
        tokio::time::sleep(Duration::from_millis(200 + 150 * n)).await;
        kill_redis(w).await;
        w.until_it_works().await;
    }
}

/// Fault: redis-killed
#[test]
fn killed_again_and_again_under_load_nothing_acknowledged_is_lost_and_fences_go_on_rising() {
    on_a_service(async |w| {
        let load = Load { submitters: 4, tasks: 40, agents: 6 };
        load.run(std::slice::from_ref(&w), kill_again_and_again(&w)).await;
    });
}

/// Fault: redis-killed
#[test]
fn killed_under_all_kinds_of_tasks_none_begins_too_early_and_no_slot_is_left_behind() {
    on_a_service(async |w| {
        let load = Mixed { submitters: 4, tasks: 50, agents: 8, seed: 3 };
        load.run(std::slice::from_ref(&w), kill_again_and_again(&w)).await;
    });
}

/// Fault: redis-killed
#[test]
fn meanwhile_clients_hear_503_with_a_word_about_what_was_applied() {
    on_a_service(async |w| {
        let stop = Instant::now() + Duration::from_millis(1_500);
        let watch = async {
            let mut refusals = Vec::new();
            while Instant::now() < stop {
                let reply = w.post("/tasks").json(json!({})).send().await;
                if reply.status != 201 {
                    refusals.push(reply);
                }
            }
            refusals
        };
        let kill = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            kill_redis(&w).await;
        };
        let (refusals, ()) = futures_util::future::join(watch, kill).await;
        for reply in refusals {
            let code = reply.body["code"].as_str().unwrap_or_default().to_owned();
            assert!(["backend_unavailable", "outcome_unknown"].contains(&code.as_str()), "{}", reply.text);
            let applied = reply.body.get("applied").cloned();
            assert_eq!(applied, Some(if code == "outcome_unknown" { json!(null) } else { json!(false) }));
            reply.problem(503, &code);
        }
    });
}

/// Fault: redis-killed
#[test]
fn it_works_again_within_seconds_and_everything_is_there() {
    on_a_service(async |w| {
        let ids = w.submit_many((0..100).map(|n| task().payload(n))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 40})).await;
        for held in &held[..20] {
            w.complete(held, held.task["payload"].clone()).await.ok();
        }
        kill_redis(&w).await;
        let start = Instant::now();
        w.until_it_works().await;
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        let count = async |status| w.list(status).await.len();
        assert_eq!((count("completed").await, count("running").await, count("ready").await), (20, 20, 60));
        assert_eq!(w.pages("limit=500").await.len(), ids.len());
        for held in &held[20..] {
            w.complete(held, 1).await.ok();
        }
    });
}

/// Fault: redis-killed
#[test]
fn by_default_everything_survives_that_was_written_before() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        let ids = w.submit_many((0..100).map(|n| task().payload(n))).await;
        until("all is written", PATIENCE, async || {
            let info: Vec<String> = w.service().redis("INFO persistence");
            info[0].contains("aof_buffer_length:0") && info[0].contains("aof_pending_bio_fsync:0")
        })
        .await;
        kill_redis(&w).await;
        w.until_it_works().await;
        assert_eq!(w.list("ready").await.len(), ids.len());
    });
}

/// Fault: redis-killed
#[test]
fn agents_that_wait_meanwhile_are_served_afterwards() {
    on_a_service(async |w| {
        let wait = async {
            loop {
                let claim = json!({"agent": "a", "wait_ms": 20_000, "claim_id": "c"});
                let reply = w.post("/claims").json(claim).send().await;
                if reply.status == 200
                    && reply.body["tasks"].as_array().is_some_and(|tasks| !tasks.is_empty())
                {
                    return reply.body["tasks"][0]["payload"].clone();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let kill = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            kill_redis(&w).await;
            until("it takes tasks again", PATIENCE, async || {
                let sent = w
                    .post("/tasks")
                    .header("idempotency-key", "k")
                    .json(json!({"payload": "late"}))
                    .try_send()
                    .await;
                sent.is_ok_and(|reply| reply.status == 201)
            })
            .await;
        };
        let (payload, ()) = futures_util::future::join(wait, kill).await;
        assert_eq!(payload, "late");
    });
}
