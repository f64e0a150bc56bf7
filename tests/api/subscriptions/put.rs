use serde_json::json;
use waggle_tests::in_a_swarm;

use crate::messages::support::{bodies, register, send, subscribe};

#[test]
fn subscribing_again_changes_nothing() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        subscribe(&w, "a", "t").await;
        subscribe(&w, "a", "t").await;
        assert_eq!(send(&w, "x", json!({"topic": "t"}), 1).await["recipients"], 1);
        assert_eq!(bodies(&w, "a").await, [1]);
    });
}

#[test]
fn what_was_sent_before_does_not_come_afterwards() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        assert_eq!(send(&w, "x", json!({"topic": "t"}), "before").await["recipients"], 0);
        subscribe(&w, "a", "t").await;
        send(&w, "x", json!({"topic": "t"}), "after").await;
        send(&w, "x", json!({"topic": "another"}), "elsewhere").await;
        assert_eq!(bodies(&w, "a").await, ["after"]);
    });
}

#[test]
fn an_unknown_agent_cannot_subscribe() {
    in_a_swarm(async |w| {
        w.put("/agents/nobody/subscriptions/t").send().await.problem(404, "agent_not_found");
        assert_eq!(send(&w, "x", json!({"topic": "t"}), 1).await["recipients"], 0);
        let path = "/v1/swarms/no-such-swarm/agents/a/subscriptions/t";
        w.client().put(path).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn an_agent_subscribes_to_256_topics_at_most() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        futures_util::future::join_all((0..256).map(|n| {
            let w = w.clone();
            async move { subscribe(&w, "a", &format!("t{n}")).await }
        }))
        .await;
        let reply = w.put("/agents/a/subscriptions/one-more").send().await;
        reply.problem(429, "too_many_subscriptions");
        subscribe(&w, "a", "t7").await;
        assert_eq!(send(&w, "x", json!({"topic": "one-more"}), 1).await["recipients"], 0);
        w.delete("/agents/a/subscriptions/t7").send().await.expect(204);
        subscribe(&w, "a", "one-more").await;
    });
}

#[test]
fn names_that_are_none_are_refused() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let long = "n".repeat(129);
        for (agent, topic, pointer) in [
            (long.as_str(), "t", "/agent"),
            ("a", long.as_str(), "/topic"),
            ("a", "%23t", "/topic"),
            ("%2A", "t", "/agent"),
        ] {
            for reply in [
                w.put(&format!("/agents/{agent}/subscriptions/{topic}")).send().await,
                w.delete(&format!("/agents/{agent}/subscriptions/{topic}")).send().await,
            ] {
                assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], pointer);
            }
        }
        w.put("/agents/a/subscriptions/t").json(json!({"from": 1})).send().await.problem(422, "validation");
    });
}
