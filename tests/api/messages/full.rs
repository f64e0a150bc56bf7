//! Inboxes that hold as many messages as they may.

use serde_json::json;
use waggle_tests::{World, in_a_swarm};

use super::support::{ack, bodies, register, send, stored, subscribe, tell, try_send};

async fn with_room_for(w: &World, agent: &str, limit: u64) {
    w.put(&format!("/agents/{agent}")).json(json!({"inbox_limit": limit})).send().await.expect(201);
}

#[test]
fn a_full_inbox_refuses_until_its_agent_acknowledges() {
    in_a_swarm(async |w| {
        with_room_for(&w, "a", 2).await;
        tell(&w, "b", "a", 1).await;
        tell(&w, "b", "a", 2).await;
        let reply = try_send(&w, "b", json!({"agent": "a"}), 3).await;
        assert!(!reply.header("retry-after").is_empty());
        let problem = reply.problem(429, "inbox_full");
        assert_eq!(
            (&problem["agent"], &problem["retryable"], &problem["applied"]),
            (&json!("a"), &json!(true), &json!(false))
        );
        assert_eq!(stored(&w), (2, 0));
        assert_eq!(ack(&w, "a", json!({"up_to": 1})).await, 1);
        tell(&w, "b", "a", 3).await;
        assert_eq!(bodies(&w, "a").await, [2, 3]);
    });
}

#[test]
fn a_message_to_many_leaves_full_inboxes_out_and_names_them() {
    in_a_swarm(async |w| {
        with_room_for(&w, "small", 1).await;
        with_room_for(&w, "tiny", 1).await;
        register(&w, &["large"]).await;
        for agent in ["small", "tiny", "large"] {
            subscribe(&w, agent, "t").await;
        }
        let first = send(&w, "x", json!({"swarm": true}), 1).await;
        assert_eq!((&first["recipients"], first.get("full")), (&json!(3), None));
        for to in [json!({"swarm": true}), json!({"topic": "t"})] {
            let sent = send(&w, "x", to, 2).await;
            assert_eq!((&sent["recipients"], &sent["full"]), (&json!(1), &json!(["small", "tiny"])));
        }
        assert_eq!((bodies(&w, "small").await, bodies(&w, "tiny").await), (vec![json!(1)], vec![json!(1)]));
        assert_eq!(bodies(&w, "large").await, [1, 2, 2]);
    });
}

#[test]
fn a_message_to_many_is_taken_when_all_inboxes_are_full() {
    in_a_swarm(async |w| {
        with_room_for(&w, "a", 1).await;
        tell(&w, "x", "a", 1).await;
        let sent = send(&w, "x", json!({"swarm": true}), 2).await;
        assert_eq!((&sent["recipients"], &sent["full"]), (&json!(0), &json!(["a"])));
        assert_eq!(stored(&w), (1, 0));
    });
}

#[test]
fn sends_at_once_do_not_overfill_an_inbox() {
    in_a_swarm(async |w| {
        with_room_for(&w, "a", 10).await;
        let sends = (0..40).map(|n| try_send(&w, "b", json!({"agent": "a"}), n));
        let replies = futures_util::future::join_all(sends).await;
        let taken = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!((taken, bodies(&w, "a").await.len()), (10, 10));
        assert!(replies.iter().all(|reply| matches!(reply.status, 201 | 429)));
    });
}
