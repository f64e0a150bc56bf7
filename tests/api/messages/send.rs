use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{
    MESSAGE_FIELDS, bodies, inbox, register, send, seqs, stored, subscribe, tell, try_send,
};
use crate::tasks::support::{fields, stamp};

#[test]
fn a_message_arrives_with_every_field() {
    in_a_swarm(async |w| {
        register(&w, &["a1", "a2"]).await;
        let earlier = tell(&w, "a2", "a1", "a question").await;
        let message = json!({
            "from": "a1", "to": {"agent": "a2"}, "kind": "note", "body": {"n": [1, "two", null]},
            "reply_to": earlier, "correlation_id": "case 7/ä", "ttl_ms": 86_400_000,
        });
        let sent = w.post("/messages").json(message.clone()).send().await.expect(201);
        assert_eq!(fields(&sent), ["id", "recipients"]);
        let received = inbox(&w, "a2").await.remove(0);
        assert_eq!(fields(&received), MESSAGE_FIELDS);
        for field in ["from", "to", "kind", "body", "reply_to", "correlation_id"] {
            assert_eq!(received[field], message[field], "{field}");
        }
        assert_eq!((&received["id"], &received["seq"]), (&sent["id"], &json!(1)));
        assert!(stamp(&received["sent_at"]) > 1_600_000_000_000);
    });
}

#[test]
fn of_a_message_only_the_sender_and_the_address_are_needed() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        w.post("/messages").json(json!({"from": "b", "to": {"agent": "a"}})).send().await.expect(201);
        let received = inbox(&w, "a").await.remove(0);
        assert_eq!(fields(&received), MESSAGE_FIELDS);
        for field in ["kind", "body", "reply_to", "correlation_id"] {
            assert_eq!(received[field], Value::Null, "{field}");
        }
    });
}

#[test]
fn anybody_may_send_and_an_agent_may_write_to_itself() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        tell(&w, "never-registered", "a", 1).await;
        tell(&w, "a", "a", 2).await;
        assert_eq!(bodies(&w, "a").await, [1, 2]);
        w.get("/agents/never-registered/inbox").send().await.problem(404, "agent_not_found");
    });
}

#[test]
fn a_body_may_be_any_json_and_large() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let all = [
            json!(null),
            json!(false),
            json!(0.25),
            json!("\n\u{0}\t ü 🐝"),
            json!([]),
            json!({"a": {"b": ["\n"]}}),
            json!("x".repeat(300_000)),
            json!((0..20_000).map(|n| n * 7_919 % 104_729).collect::<Vec<_>>()),
        ];
        for body in &all {
            tell(&w, "b", "a", body.clone()).await;
        }
        assert_eq!(bodies(&w, "a").await, all);
    });
}

#[test]
fn each_inbox_counts_for_itself_and_never_a_number_twice() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        for n in 0..3 {
            tell(&w, "x", "a", n).await;
        }
        tell(&w, "x", "b", 0).await;
        assert_eq!((seqs(&inbox(&w, "a").await), seqs(&inbox(&w, "b").await)), (vec![1, 2, 3], vec![1]));
        super::support::ack(&w, "a", json!({"up_to": 3})).await;
        tell(&w, "x", "a", 3).await;
        assert_eq!(seqs(&inbox(&w, "a").await), [4]);
    });
}

#[test]
fn a_message_to_the_swarm_reaches_all_but_its_sender() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b", "c"]).await;
        let sent = send(&w, "b", json!({"swarm": true}), "all").await;
        assert_eq!(sent["recipients"], 2);
        assert_eq!((bodies(&w, "a").await, bodies(&w, "c").await), (vec![json!("all")], vec![json!("all")]));
        assert!(bodies(&w, "b").await.is_empty());
        assert_eq!(inbox(&w, "a").await[0]["to"], json!({"swarm": true}));
        let sent = send(&w, "outsider", json!({"swarm": true}), "all").await;
        assert_eq!(sent["recipients"], 3);
    });
}

#[test]
fn a_message_to_a_topic_reaches_its_subscribers_but_its_sender() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b", "c"]).await;
        subscribe(&w, "a", "t").await;
        subscribe(&w, "b", "t").await;
        let sent = send(&w, "a", json!({"topic": "t"}), 1).await;
        assert_eq!((&sent["recipients"], sent.get("full")), (&json!(1), None));
        assert_eq!(inbox(&w, "b").await[0]["to"], json!({"topic": "t"}));
        assert!(bodies(&w, "a").await.is_empty() && bodies(&w, "c").await.is_empty());
    });
}

#[test]
fn a_message_to_nobody_is_taken_and_kept_nowhere() {
    in_a_swarm(async |w| {
        for to in [json!({"topic": "unheard-of"}), json!({"swarm": true})] {
            let sent = send(&w, "a", to, "hello?").await;
            assert_eq!(sent["recipients"], 0);
        }
        assert_eq!(stored(&w), (0, 0));
    });
}

#[test]
fn names_that_look_like_addresses_of_another_kind_are_names() {
    in_a_swarm(async |w| {
        register(&w, &["swarm", "t", "topic:t"]).await;
        subscribe(&w, "topic:t", "t").await;
        tell(&w, "x", "t", "for the agent").await;
        send(&w, "x", json!({"topic": "t"}), "for the topic").await;
        assert_eq!(bodies(&w, "t").await, ["for the agent"]);
        assert_eq!(bodies(&w, "topic:t").await, ["for the topic"]);
        assert!(bodies(&w, "swarm").await.is_empty());
    });
}

#[test]
fn an_unknown_recipient_is_not_found_and_nothing_is_kept() {
    in_a_swarm(async |w| {
        try_send(&w, "a", json!({"agent": "nobody"}), 1).await.problem(404, "agent_not_found");
        w.client()
            .post("/v1/swarms/no-such-swarm/messages")
            .json(json!({"from": "a", "to": {"agent": "a"}}))
            .send()
            .await
            .problem(404, "swarm_not_found");
        assert_eq!(stored(&w), (0, 0));
    });
}

async fn assert_refused(w: &World, message: Value, pointer: &str) {
    let problem = w.post("/messages").json(message.clone()).send().await.problem(422, "validation");
    assert_eq!(problem["errors"][0]["pointer"], pointer, "{message}: {problem}");
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_place() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let long = "n".repeat(10_000);
        let to = json!({"agent": "a"});
        let cases = [
            (json!({"to": to}), "/from"),
            (json!({"from": "a"}), "/to"),
            (json!({"from": "", "to": to}), "/from"),
            (json!({"from": "a b", "to": to}), "/from"),
            (json!({"from": long, "to": to}), "/from"),
            (json!({"from": "a", "to": {"agent": long}}), "/to/agent"),
            (json!({"from": "a", "to": {"topic": long}}), "/to/topic"),
            (json!({"from": "a", "to": {"agent": "*"}}), "/to/agent"),
            (json!({"from": "a", "to": {"topic": "#t"}}), "/to/topic"),
            (json!({"from": "a", "to": {}}), "/to"),
            (json!({"from": "a", "to": {"agent": "a", "topic": "t"}}), "/to"),
            (json!({"from": "a", "to": {"agent": "a", "swarm": true}}), "/to"),
            (json!({"from": "a", "to": {"swarm": false}}), "/to/swarm"),
            (json!({"from": "a", "to": {"swarm": "yes"}}), "/to/swarm"),
            (json!({"from": "a", "to": {"agents": ["a"]}}), "/to/agents"),
            (json!({"from": "a", "to": ["a"]}), "/to"),
            (json!({"from": "a", "to": "a"}), "/to"),
            (json!({"from": "a", "to": to, "kind": ""}), "/kind"),
            (json!({"from": "a", "to": to, "kind": long}), "/kind"),
            (json!({"from": "a", "to": to, "correlation_id": long}), "/correlation_id"),
            (json!({"from": "a", "to": to, "reply_to": "12"}), "/reply_to"),
            (json!({"from": "a", "to": to, "ttl_ms": 999}), "/ttl_ms"),
            (json!({"from": "a", "to": to, "ttl_ms": 31_622_400_001_u64}), "/ttl_ms"),
            (json!({"from": "a", "to": to, "ttl_ms": -1}), "/ttl_ms"),
            (json!({"from": "a", "to": to, "priority": 1}), "/priority"),
        ];
        for (message, pointer) in cases {
            assert_refused(&w, message, pointer).await;
        }
        w.post("/messages").raw("{").send().await.problem(400, "malformed_json");
        w.post("/messages").untyped("{}").send().await.problem(415, "unsupported_media_type");
        assert_eq!(stored(&w), (0, 0));
        assert!(inbox(&w, "a").await.is_empty());
    });
}
