use futures_util::future::join;
use serde_json::json;
use waggle_tests::{PATIENCE, in_a_swarm, task, until};

use super::support::{SHORT_TTL_MS, change, heartbeat, look, register, until_agent};
use crate::tasks::support::between;

/// Longer than the short time to live, by what presence is exact to and more.
const PAST_THE_TTL_MS: u64 = 1_800;

#[test]
fn whoever_waits_for_a_task_is_there_for_as_long_as_it_waits() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS})).await;
        let claim = w.claim_with(json!({"agent": "a", "wait_ms": 2 * PAST_THE_TTL_MS}));
        let look = async {
            // Another agent of the same time to live tells when the first one would have been lost.
            register(&w, "b", json!({"ttl_ms": SHORT_TTL_MS})).await;
            until_agent(&w, "b", "lost").await;
            assert_eq!(look(&w, "a").await["status"], "live");
        };
        let (nothing, ()) = join(claim, look).await;
        assert!(nothing.is_empty());
        until_agent(&w, "a", "lost").await;
    });
}

#[test]
fn whoever_keeps_its_leases_alive_is_there() {
    in_a_swarm(async |w| {
        for (name, own) in [("by-task", false), ("by-agent", true)] {
            register(&w, name, json!({"ttl_ms": SHORT_TTL_MS})).await;
            w.submit(task()).await;
            let held = w.claim_one(name).await;
            let start = held.task["started_at"].clone();
            until("its time to live is over", PATIENCE, async || {
                if own {
                    heartbeat(&w, name, &[&held]).await;
                } else {
                    w.heartbeat(&held, json!({})).await.ok();
                }
                let agent = look(&w, name).await;
                assert_eq!(agent["status"], "live", "{name}");
                between(&start, &agent["last_seen_at"]) > 1_500
            })
            .await;
            w.complete(&held, 1).await.ok();
        }
    });
}

#[test]
fn a_shorter_time_to_live_counts_from_now_on() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": 86_400_000})).await;
        change(&w, "a", json!({"ttl_ms": SHORT_TTL_MS})).await;
        until_agent(&w, "a", "lost").await;
        change(&w, "a", json!({"ttl_ms": 86_400_000})).await;
        assert_eq!(look(&w, "a").await["status"], "live");
    });
}

#[test]
fn to_be_drained_or_looked_at_is_no_sign_of_life() {
    in_a_swarm(async |w| {
        let agent = register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS})).await;
        until("it is lost all the same", PATIENCE, async || {
            w.post("/agents/a/drain").send().await.ok();
            w.get("/agents").send().await.ok()["items"][0]["status"] == "lost"
        })
        .await;
        assert_eq!(look(&w, "a").await["last_seen_at"], agent["last_seen_at"]);
    });
}
