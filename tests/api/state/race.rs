use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use waggle_core::backoff::Backoff;
use waggle_tests::{World, in_a_swarm};

use super::support::{get, increment, patching, put, putting, tag, value};

const WRITERS: usize = 32;
const ROUNDS: usize = 20;

/// Adds one as a client does that knows nothing but versions: reads, adds, writes what it read, and begins again when
/// somebody else was there first. Returns how often it had to.
async fn add_one(w: &World) -> usize {
    let mut backoff = Backoff::new(Duration::from_millis(2), Duration::from_millis(100));
    for lost in 0.. {
        let entry = get(w, "n").await;
        let next = entry["value"].as_u64().unwrap() + 1;
        let reply = putting(w, "n", next).header("if-match", &tag(&entry)).send().await;
        match reply.status {
            200 => return lost,
            _ => drop(reply.problem(412, "version_mismatch")),
        }
        tokio::time::sleep(backoff.next_delay()).await;
    }
    unreachable!("it tries for ever");
}

#[test]
fn of_32_writers_by_version_none_loses_an_update_and_none_starves() {
    in_a_swarm(async |w| {
        put(&w, "n", 0).await;
        let writer = async || {
            let mut most = 0;
            for _ in 0..ROUNDS {
                most = most.max(add_one(&w).await);
            }
            most
        };
        let most = join_all((0..WRITERS).map(|_| writer())).await.into_iter().max().unwrap();
        assert_eq!(value(&w, "n").await, WRITERS * ROUNDS);
        assert!(most < 200, "somebody began {most} times anew");
    });
}

#[test]
fn of_32_who_patch_one_key_all_get_through() {
    in_a_swarm(async |w| {
        let writer = async |n: usize| {
            for round in 0..ROUNDS {
                let patch = json!({format!("w{n}"): round + 1, format!("last{}", n % 4): n});
                let reply = patching(&w, "k", patch).send().await;
                assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
            }
        };
        join_all((0..WRITERS).map(writer)).await;
        let entry = get(&w, "k").await;
        assert!((0..WRITERS).all(|n| entry["value"][format!("w{n}")] == ROUNDS), "{entry}");
        assert_eq!(entry["version"], WRITERS * ROUNDS);
    });
}

#[test]
fn patches_get_through_while_others_write_all_the_time() {
    in_a_swarm(async |w| {
        put(&w, "k", json!({})).await;
        let others = async || {
            for n in 0..150 {
                patching(&w, "k", json!({"others": n})).header("if-match", "*").send().await.ok();
                put(&w, "k", json!({"others": n})).await;
            }
        };
        let patches = async |n: usize| {
            for _ in 0..10 {
                patching(&w, "k", json!({format!("w{n}"): 1})).send().await.ok();
            }
        };
        tokio::join!(join_all((0..4).map(|_| others())), join_all((0..8).map(patches)));
    });
}

#[test]
fn increments_need_no_versions() {
    in_a_swarm(async |w| {
        join_all((0..WRITERS).map(async |_| {
            for _ in 0..ROUNDS {
                increment(&w, "n", 1).await;
            }
        }))
        .await;
        assert_eq!(value(&w, "n").await, WRITERS * ROUNDS);
    });
}
