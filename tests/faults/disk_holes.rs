//! A disk without room for a while, under a Redis that has rewritten its append-only file before: it leaves a hole there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use waggle_tests::{Disk, PATIENCE, Service, Setup, World, in_a_swarm_of, until};

use crate::disk::{ROOM, assert_there, kill_redis, submit_until_refused};

/// Room for what does not fit twice into the rest.
const LARGE: u64 = 40 << 20;
/// Of random text, in all.
const TASKS: usize = 100;
/// Less than that text takes.
const TOO_LITTLE: u64 = 2 << 20;
/// What the log says of that.
const MAKE_ROOM: &str = "has to be written anew: make room";
/// Several looks of the service at its Redis.
const LOOKS: Duration = Duration::from_secs(7);

/// Fault: disk-full
#[test]
fn a_redis_that_has_rewritten_its_file_before_its_disk_was_full_can_be_started_again() {
    let disk = Disk::of(ROOM);
    in_a_swarm_of(&Service::start(Setup::private_in(disk.directory())), async |w| {
        let mut taken = leave_a_hole(&w, &disk).await;
        w.until_it_works().await;
        w.submit(json!({"payload": "after"})).await;
        taken.push("after".to_owned());
        until("it was written anew", PATIENCE, async || rewrites(&w) == 2).await;
        w.until_synced().await;
        kill_redis(&w).await;
        assert_there(&w, &taken).await;
    });
}

/// Fault: disk-full
#[test]
fn a_service_that_is_stopped_as_soon_as_there_is_room_again_starts_with_all_that_was_acknowledged() {
    let disk = Disk::of(ROOM);
    in_a_swarm_of(&Service::start(Setup::private_in(disk.directory())), async |w| {
        let taken = leave_a_hole(&w, &disk).await;
        restart(&w).await;
        w.until_it_works().await;
        assert_there(&w, &taken).await;
    });
}

/// Fault: disk-full
#[test]
fn a_service_that_is_stopped_while_its_disk_is_full_says_what_may_be_lost() {
    let disk = Disk::of(ROOM);
    in_a_swarm_of(&Service::start(Setup::private_in(disk.directory())), async |w| {
        disk.fill();
        submit_until_refused(&w).await;
        w.service().terminate();
        w.service().until_logged("could not be written anew").await;
        disk.free();
        restart(&w).await;
        w.until_it_works().await;
    });
}

/// Fault: disk-full
#[test]
fn with_too_little_room_to_write_everything_anew_the_service_goes_on_and_says_how_much_it_needs() {
    let disk = Disk::of(LARGE);
    in_a_swarm_of(&Service::start(Setup::private_in(disk.directory())), async |w| {
        written_anew(&w).await;
        for n in 0..TASKS {
            w.submit(json!({"payload": noise(n)})).await;
        }
        w.until_synced().await;
        disk.fill();
        let mut taken = submit_until_refused(&w).await;
        disk.free_up(TOO_LITTLE);
        w.until_it_works().await;
        w.service().until_logged(MAKE_ROOM).await;
        let begin = Instant::now();
        while begin.elapsed() < LOOKS {
            taken.push(format!("meanwhile{}", taken.len()));
            w.submit(json!({"payload": taken.last()})).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(rewrites(&w), 1, "it was begun without room");
        assert_eq!(w.service().log().matches(MAKE_ROOM).count(), 1, "it is said once");
        disk.free();
        until("it was written anew", PATIENCE, async || rewrites(&w) == 2).await;
        w.until_synced().await;
        kill_redis(&w).await;
        assert_there(&w, &taken).await;
    });
}

/// A file that was written anew, and a write after that which did not fit; there is room again. What was acknowledged.
async fn leave_a_hole(w: &World, disk: &Disk) -> Vec<String> {
    written_anew(w).await;
    // The write that does not fit begins on a page that has room, so its beginning is written.
    w.submit(json!({"payload": "before"})).await;
    w.until_synced().await;
    disk.fill();
    let mut taken = submit_until_refused(w).await;
    disk.free();
    taken.push("before".to_owned());
    taken
}

/// Text that nothing makes smaller.
fn noise(n: usize) -> String {
    let bytes = (0..1_000).flat_map(|part| Sha256::digest(format!("{n}/{part}")));
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

async fn restart(w: &World) {
    let service = Arc::clone(w.service());
    let again = move || {
        service.terminate();
        service.ended();
        service.restart();
    };
    tokio::task::spawn_blocking(again).await.unwrap();
}

fn rewrites(w: &World) -> u64 {
    let info: String = w.service().redis("INFO persistence").remove(0);
    let is_over = info.lines().any(|line| line == "aof_rewrite_in_progress:0");
    let count = info.lines().find_map(|line| line.strip_prefix("aof_rewrites:")).unwrap();
    count.parse::<u64>().unwrap() - u64::from(!is_over)
}

/// Redis writes its file anew, as it does by itself when that has grown.
async fn written_anew(w: &World) {
    let _begun: Vec<String> = w.service().redis("BGREWRITEAOF");
    until("it is written anew", PATIENCE, async || rewrites(w) == 1).await;
}
