//! A message to many is stored once, for as long as somebody has not acknowledged it.

use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{ack, bodies, inbox, register, send, stored, subscribe, tell};

#[test]
fn a_message_to_many_is_stored_once_and_goes_with_the_last_who_acknowledges_it() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b", "c"]).await;
        let sent = send(&w, "x", json!({"swarm": true}), "y".repeat(5_000)).await;
        assert_eq!((sent["recipients"].as_u64(), stored(&w)), (Some(3), (1, 1)));
        for agent in ["a", "b", "c"] {
            assert_eq!(stored(&w), (1, 1));
            let message = inbox(&w, agent).await.remove(0);
            assert_eq!((&message["id"], &message["seq"]), (&sent["id"], &json!(1)));
            assert_eq!(ack(&w, agent, json!({"ids": [message["id"]]})).await, 1);
            assert_eq!(ack(&w, agent, json!({"ids": [message["id"]]})).await, 0, "a second time is none");
        }
        assert_eq!(stored(&w), (0, 0));
    });
}

#[test]
fn acknowledging_up_to_a_number_leaves_the_other_inboxes_alone() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        tell(&w, "x", "a", "direct").await;
        for n in 0..3 {
            send(&w, "x", json!({"swarm": true}), n).await;
        }
        assert_eq!(ack(&w, "a", json!({"up_to": 3})).await, 3);
        assert_eq!(
            (bodies(&w, "a").await, bodies(&w, "b").await),
            (vec![json!(2)], vec![json!(0), json!(1), json!(2)])
        );
        assert_eq!(ack(&w, "b", json!({"up_to": 99})).await, 3);
        assert_eq!(stored(&w), (1, 1));
        assert_eq!(ack(&w, "a", json!({"up_to": 99})).await, 1);
        assert_eq!(stored(&w), (0, 0));
    });
}

#[test]
fn a_message_to_a_single_subscriber_is_no_shared_one() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        subscribe(&w, "a", "t").await;
        send(&w, "x", json!({"topic": "t"}), 1).await;
        assert_eq!(stored(&w), (1, 0));
        assert_eq!(ack(&w, "a", json!({"up_to": 1})).await, 1);
        assert_eq!(stored(&w), (0, 0));
    });
}

#[test]
fn hundreds_of_agents_get_a_message_and_each_acknowledges_it_for_itself() {
    in_a_swarm(async |w| {
        let names: Vec<String> = (0..300).map(|n| format!("agent{n}")).collect();
        futures_util::future::join_all(names.iter().map(|name| w.claim(name))).await;
        let sent = send(&w, "agent7", json!({"swarm": true}), "all").await;
        assert_eq!(sent["recipients"], 299);
        let read = |name: &String| {
            let (w, name) = (w.clone(), name.clone());
            async move {
                let found: Vec<Value> = bodies(&w, &name).await;
                (found, ack(&w, &name, json!({"up_to": 1})).await)
            }
        };
        for (name, (found, acked)) in
            names.iter().zip(futures_util::future::join_all(names.iter().map(read)).await)
        {
            let expected = usize::from(name != "agent7");
            assert_eq!((found.len(), acked), (expected, expected as u64), "{name}");
        }
        assert_eq!(stored(&w), (0, 0));
    });
}
