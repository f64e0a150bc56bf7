//! A disk without room, one that does not sync, and one that syncs slowly.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use waggle_tests::{
    Disk, PATIENCE, Service, Setup, Shim, Shimmed, World, alerting, in_a_swarm_of, signal, task, until,
    until_some,
};

/// Room for what a test stores and for the function library, several times over.
pub(crate) const ROOM: u64 = 6 << 20;

/// Submits one after the other until one is refused with `backend_disk_error`; the markers of those that were taken.
pub(crate) async fn submit_until_refused(w: &World) -> Vec<String> {
    let mut taken = Vec::new();
    let refused = until_some("a submit is refused", PATIENCE, async || {
        let marker = format!("m{}", taken.len());
        let reply = w.post("/tasks").json(json!({"payload": marker})).send().await;
        if reply.status == 201 {
            taken.push(marker);
            return None;
        }
        Some(reply)
    })
    .await;
    assert_eq!(refused.header("retry-after"), "30");
    assert_eq!(refused.problem(503, "backend_disk_error")["applied"], false);
    taken
}

/// All that was taken is there.
pub(crate) async fn assert_there(w: &World, markers: &[String]) {
    let there = w.pages("limit=500").await;
    for marker in markers {
        assert!(there.iter().any(|task| task["payload"] == **marker), "{marker} is gone");
    }
}

async fn until_ready_says(w: &World, code: &str) {
    until(&format!("it is not ready: {code}"), PATIENCE, async || {
        w.client().get("/health/ready").send().await.body["code"] == code
    })
    .await;
}

/// Kills the private Redis, which the service starts again.
pub(crate) async fn kill_redis(w: &World) {
    let service = Arc::clone(w.service());
    let pid = tokio::task::spawn_blocking(move || service.redis_pid()).await.unwrap();
    signal(pid.expect("it runs"), Signal::KILL);
    w.until_it_works().await;
}

/// Fault: disk-full
#[test]
fn a_full_disk_is_said_and_heals_when_there_is_room_and_nothing_acknowledged_is_lost() {
    let disk = Disk::of(ROOM);
    in_a_swarm_of(&Service::start(Setup::private_in(disk.directory())), async |w| {
        w.submit(json!({"payload": "before"})).await;
        let held = w.claim_one("a").await;
        disk.fill();
        let mut taken = submit_until_refused(&w).await;
        w.complete(&held, "done").await.problem(503, "backend_disk_error");
        until_ready_says(&w, "persistence_failing").await;
        assert_eq!(w.task(&held.id).await["status"], "running", "what is there can be read");
        disk.free();
        w.until_it_works().await;
        w.complete(&held, "done").await.ok();
        w.submit(json!({"payload": "after"})).await;
        taken.extend(["before", "after"].map(str::to_owned));
        assert_there(&w, &taken).await;
        // It is on the disk, too.
        w.until_synced().await;
        kill_redis(&w).await;
        assert_there(&w, &taken).await;
    });
}

/// Fault: disk-full
#[test]
fn where_each_answer_has_to_be_on_the_disk_redis_ends_with_the_disk_and_comes_back_with_all_that_was_acknowledged()
 {
    let disk = Disk::of(ROOM);
    let setup = Setup::private_in(disk.directory()).flag("--durability").flag("strict");
    let service = Service::start(setup);
    in_a_swarm_of(&service, async |w| {
        let mut taken = Vec::new();
        for n in 0..20 {
            taken.push(format!("before{n}"));
            w.submit(json!({"payload": taken.last()})).await;
        }
        disk.fill();
        let ended = tokio::task::spawn_blocking({
            let service = Arc::clone(&service);
            move || service.ended()
        });
        // Nobody is told that it is stored while there is no room, however often Redis is started.
        for n in 0.. {
            let marker = format!("full{n}");
            let Ok(reply) = w.post("/tasks").json(json!({"payload": marker})).try_send().await else { break };
            match reply.status {
                // What fits into the last block of the disk.
                201 => taken.push(marker),
                _ => assert_eq!(reply.status, 503, "{}", reply.text),
            }
        }
        assert_eq!(ended.await.unwrap().code(), Some(1));
        service.until_logged("died 5 times").await;
        disk.free();
        let again = Arc::clone(&service);
        tokio::task::spawn_blocking(move || again.restart()).await.unwrap();
        w.until_it_works().await;
        assert_there(&w, &taken).await;
    });
}

/// Fault: sync-fails
#[test]
fn a_disk_that_does_not_sync_is_said_and_heals() {
    let shim = Shim::new();
    in_a_swarm_of(&Service::start(Setup::private().under(&shim, Shimmed::Redis)), async |w| {
        shim.fail_syncs(true);
        let taken = submit_until_refused(&w).await;
        until_ready_says(&w, "persistence_failing").await;
        shim.fail_syncs(false);
        w.until_it_works().await;
        assert_there(&w, &taken).await;
        w.submit(task()).await;
    });
}

/// Fault: sync-fails
#[test]
fn where_each_answer_has_to_be_on_the_disk_nothing_is_acknowledged_that_was_not_synced() {
    let shim = Shim::new();
    let setup = Setup::private().under(&shim, Shimmed::Redis).flag("--durability").flag("strict");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let before = w.submit_id(task()).await;
        shim.fail_syncs(true);
        let reply = w.post("/tasks").json(json!({"payload": "unsynced"})).send().await;
        assert_eq!(reply.status, 503, "{}", reply.text);
        shim.fail_syncs(false);
        w.until_it_works().await;
        assert_eq!(w.status(&before).await, "ready");
        w.submit(task()).await;
    });
}

/// Fault: sync-stalls
#[test]
fn where_each_answer_has_to_be_on_the_disk_a_slow_one_makes_late_answers_and_a_kill_loses_none() {
    let shim = Shim::new();
    let setup = Setup::private().under(&shim, Shimmed::Redis).flag("--durability").flag("strict");
    in_a_swarm_of(&Service::start(setup), async |w| {
        shim.stall_syncs(Duration::from_millis(300));
        let mut taken = Vec::new();
        for n in 0..3 {
            let start = std::time::Instant::now();
            taken.push(format!("slow{n}"));
            w.submit(json!({"payload": taken.last()})).await;
            assert!(start.elapsed() >= Duration::from_millis(300), "it was answered before it was synced");
        }
        shim.stall_syncs(Duration::ZERO);
        kill_redis(&w).await;
        assert_there(&w, &taken).await;
    });
}

/// Fault: sync-stalls
#[test]
fn a_disk_that_keeps_writes_waiting_is_told_while_it_does() {
    let shim = Shim::new();
    // An alert fires at the second refresh in a row that finds it: each has to find a write that waited.
    let setup = alerting(Setup::private()).set("WAGGLE_PERF__REFRESH_MS", "3200");
    in_a_swarm_of(&Service::start(setup.under(&shim, Shimmed::Redis)), async |w| {
        shim.stall_syncs(Duration::from_millis(2_500));
        let loading = async {
            loop {
                w.submit(task()).await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let told = async {
            let firing = w.client().until_alert("persistence_failing", "firing").await;
            assert!(firing["message"].as_str().unwrap().contains("disk"), "{firing}");
        };
        tokio::select! {
            () = loading => unreachable!("it goes on"),
            () = told => {}
        }
        shim.stall_syncs(Duration::ZERO);
        w.client().until_alert("persistence_failing", "resolved").await;
    });
}
