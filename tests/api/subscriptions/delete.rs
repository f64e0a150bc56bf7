use serde_json::json;
use waggle_tests::in_a_swarm;

use crate::messages::support::{bodies, register, send, subscribe};

#[test]
fn what_is_sent_afterwards_does_not_come_and_what_is_there_stays() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        subscribe(&w, "a", "t").await;
        subscribe(&w, "b", "t").await;
        send(&w, "x", json!({"topic": "t"}), 1).await;
        w.delete("/agents/a/subscriptions/t").send().await.expect(204);
        assert_eq!(send(&w, "x", json!({"topic": "t"}), 2).await["recipients"], 1);
        assert_eq!(
            (bodies(&w, "a").await, bodies(&w, "b").await),
            (vec![json!(1)], vec![json!(1), json!(2)])
        );
    });
}

#[test]
fn ending_what_is_none_changes_nothing() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        subscribe(&w, "a", "t").await;
        w.delete("/agents/a/subscriptions/other").send().await.expect(204);
        w.delete("/agents/nobody/subscriptions/t").send().await.problem(404, "agent_not_found");
        assert_eq!(send(&w, "x", json!({"topic": "t"}), 1).await["recipients"], 1);
    });
}
