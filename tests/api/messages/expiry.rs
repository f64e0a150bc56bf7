use serde_json::json;
use waggle_tests::{PATIENCE, World, in_a_swarm, until};

use super::support::{bodies, read, register, stored, tell};

/// The shortest time a message may be kept, in milliseconds.
const SHORT: u64 = 1_000;

async fn tell_briefly(w: &World, to: serde_json::Value, body: &str) {
    let message = json!({"from": "x", "to": to, "body": body, "ttl_ms": SHORT});
    w.post("/messages").json(message).send().await.expect(201);
}

#[test]
fn a_message_that_nobody_reads_in_time_is_gone_and_nothing_is_left_of_it() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        tell_briefly(&w, json!({"agent": "a"}), "brief").await;
        tell_briefly(&w, json!({"swarm": true}), "brief to all").await;
        tell(&w, "x", "a", "kept").await;
        assert_eq!(bodies(&w, "a").await, ["brief", "brief to all", "kept"]);
        until("it is shown no more", PATIENCE, async || bodies(&w, "a").await == ["kept"]).await;
        assert!(bodies(&w, "b").await.is_empty());
        until("it is stored no more", PATIENCE, async || stored(&w) == (1, 0)).await;
        assert_eq!(read(&w, "a", "").await["next"], 3, "numbers are never given twice");
    });
}

#[test]
fn a_waiting_reader_is_not_answered_with_what_has_expired() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        tell_briefly(&w, json!({"agent": "a"}), "brief").await;
        until("it is shown no more", PATIENCE, async || bodies(&w, "a").await.is_empty()).await;
        assert_eq!(read(&w, "a", "wait_ms=200").await, json!({"messages": [], "next": 0}));
    });
}

#[test]
fn an_inbox_full_of_expired_messages_takes_new_ones() {
    in_a_swarm(async |w| {
        w.put("/agents/a").json(json!({"inbox_limit": 3})).send().await.expect(201);
        for body in ["one", "two", "three"] {
            tell_briefly(&w, json!({"agent": "a"}), body).await;
        }
        let message = json!({"from": "x", "to": {"agent": "a"}, "body": "new"});
        w.post("/messages").json(message.clone()).send().await.problem(429, "inbox_full");
        until("there is room again", PATIENCE, async || {
            w.post("/messages").json(message.clone()).send().await.status == 201
        })
        .await;
        // Each of the others expires at its own time.
        until("the new one is alone", PATIENCE, async || bodies(&w, "a").await == ["new"]).await;
    });
}
