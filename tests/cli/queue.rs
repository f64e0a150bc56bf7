//! `waggle queue`.

use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use crate::program::client;

#[test]
fn a_queue_is_described_anew_each_time_and_read() {
    in_a_swarm(async |w| {
        let limits =
            ["--max-depth", "9", "--concurrency", "3", "--concurrency-per-key", "2", "--rate", "100/1000"];
        let defaults = ["--lease-ms", "5000", "--max-attempts", "7", "--retention-ms", "1000"];
        let backoff = ["--backoff", r#"{"kind":"fixed","base_ms":5}"#];
        let set = [&["queue", "set", "q"], &limits[..], &defaults[..], &backoff[..]].concat();
        let made = client(&w, &set).json().await;
        for (field, value) in [
            ("max_depth", json!(9)),
            ("concurrency", json!(3)),
            ("concurrency_per_key", json!(2)),
            ("rate", json!({"limit": 100, "per_ms": 1_000})),
            ("lease_ms", json!(5_000)),
            ("max_attempts", json!(7)),
            ("retention_ms", json!(1_000)),
        ] {
            assert_eq!(made["settings"][field], value, "{field}");
        }
        assert_eq!(made["settings"]["backoff"]["base_ms"], 5);
        assert_eq!(client(&w, &["queue", "get", "q"]).json().await, made);
        let anew = client(&w, &["queue", "set", "q", "--max-attempts", "2"]).json().await;
        let settings = &anew["settings"];
        assert_eq!((&settings["max_attempts"], &settings["rate"]), (&json!(2), &json!(null)));
        let refused = client(&w, &["queue", "set", "q", "--concurrency", "0"]).run().await;
        assert!(refused.complaint(1).contains("/concurrency"), "{refused:?}");
        let refused = client(&w, &["queue", "get", "other"]).run().await;
        assert!(refused.complaint(1).contains("queue_not_found"), "{refused:?}");
    });
}

#[test]
fn queues_are_listed() {
    in_a_swarm(async |w| {
        for name in ["a", "b"] {
            w.submit_id(task().queue(name)).await;
        }
        let listed = client(&w, &["queue", "list", "--all"]).run().await.lines();
        assert_eq!(listed.iter().map(|queue| queue["name"].clone()).collect::<Vec<_>>(), ["a", "b"]);
        let one = client(&w, &["queue", "list", "--limit", "1"]).run().await;
        assert_eq!((one.status, one.stdout.lines().count()), (0, 1));
        assert!(one.stderr.contains("more queues"), "{one:?}");
    });
}

#[test]
fn a_queue_is_paused_drained_and_resumed() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let paused = client(&w, &["queue", "pause", "default", "other"]).run().await.lines();
        assert_eq!(paused.iter().map(|queue| queue["paused"].clone()).collect::<Vec<_>>(), [true, true]);
        assert!(w.claim("a").await.is_empty());
        let resumed = client(&w, &["queue", "resume", "default"]).json().await;
        assert_eq!(resumed["paused"], false);
        assert_eq!(client(&w, &["queue", "drain", "default"]).json().await["draining"], true);
        w.post("/tasks").json(json!({})).send().await.problem(409, "queue_draining");
        assert_eq!(w.claim_one("a").await.id, id);
    });
}

#[test]
fn a_queue_is_purged_and_replayed() {
    in_a_swarm(async |w| {
        let failed = w.failed_task(task()).await;
        w.submit_many((0..3).map(|number| task().payload(number))).await;
        let purged = client(&w, &["queue", "purge", "default", "unknown"]).run().await.lines();
        assert_eq!(purged, [json!({"purged": 3, "more": false}), json!({"purged": 0, "more": false})]);
        assert_eq!(w.status(&failed).await, "failed");
        let replayed = client(&w, &["queue", "replay", "default"]).json().await;
        assert_eq!(replayed, json!({"replayed": 1, "more": false}));
        assert_eq!(w.status(&failed).await, "ready");
    });
}
