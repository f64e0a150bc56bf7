use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{ack, bodies, inbox, register, stored, tell};

async fn with_messages(w: &World, count: usize) -> Vec<String> {
    register(w, &["a", "b"]).await;
    let mut ids = Vec::new();
    for n in 0..count {
        ids.push(tell(w, "b", "a", n).await);
    }
    ids
}

#[test]
fn all_up_to_a_number_are_acknowledged_once() {
    in_a_swarm(async |w| {
        with_messages(&w, 5).await;
        assert_eq!(ack(&w, "a", json!({"up_to": 3})).await, 3);
        assert_eq!(bodies(&w, "a").await, [3, 4]);
        assert_eq!(ack(&w, "a", json!({"up_to": 3})).await, 0);
        assert_eq!(ack(&w, "a", json!({"up_to": 0})).await, 0);
        assert_eq!(bodies(&w, "a").await, [3, 4]);
    });
}

#[test]
fn a_number_beyond_the_end_acknowledges_everything() {
    in_a_swarm(async |w| {
        with_messages(&w, 3).await;
        assert_eq!(ack(&w, "a", json!({"up_to": u64::MAX})).await, 3);
        assert_eq!(stored(&w), (0, 0));
        tell(&w, "b", "a", "later").await;
        assert_eq!(bodies(&w, "a").await, ["later"], "what comes later is not acknowledged before it came");
    });
}

#[test]
fn more_than_one_step_takes_is_acknowledged_as_well() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        for _ in 0..11 {
            futures_util::future::join_all((0..100).map(|n| tell(&w, "b", "a", n))).await;
        }
        assert_eq!(ack(&w, "a", json!({"up_to": 1_099})).await, 1_099);
        assert_eq!(inbox(&w, "a").await.len(), 1);
    });
}

#[test]
fn those_that_are_named_are_acknowledged_and_others_do_not_count() {
    in_a_swarm(async |w| {
        let ids = with_messages(&w, 4).await;
        let others = tell(&w, "a", "b", "elsewhere").await;
        let unknown = "0193a0de-0000-7000-8000-000000000000";
        let named = json!({"ids": [ids[2], ids[0], ids[2], unknown, others, ids[0].to_uppercase()]});
        assert_eq!(ack(&w, "a", named.clone()).await, 2);
        assert_eq!(ack(&w, "a", named).await, 0);
        assert_eq!(ack(&w, "a", json!({"ids": []})).await, 0);
        assert_eq!(
            (bodies(&w, "a").await, bodies(&w, "b").await),
            (vec![json!(1), json!(3)], vec![json!("elsewhere")])
        );
        assert_eq!(stored(&w), (3, 0));
    });
}

#[test]
fn what_is_no_acknowledgement_is_refused_and_takes_nothing() {
    in_a_swarm(async |w| {
        let ids = with_messages(&w, 2).await;
        let many: Vec<Value> = vec![json!(ids[0]); 1_001];
        let cases = [
            (json!({}), ""),
            (json!({"up_to": null, "ids": null}), ""),
            (json!({"up_to": 1, "ids": [ids[0]]}), ""),
            (json!({"up_to": -1}), "/up_to"),
            (json!({"up_to": 1.5}), "/up_to"),
            (json!({"up_to": "2"}), "/up_to"),
            (json!({"ids": "all"}), "/ids"),
            (json!({"ids": ["1"]}), "/ids/0"),
            (json!({"ids": many}), "/ids"),
            (json!({"seq": 1}), "/seq"),
        ];
        for (body, pointer) in cases {
            let reply = w.post("/agents/a/inbox/ack").json(body.clone()).send().await;
            let problem = reply.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        w.post("/agents/nobody/inbox/ack")
            .json(json!({"up_to": 1}))
            .send()
            .await
            .problem(404, "agent_not_found");
        assert_eq!(bodies(&w, "a").await, [0, 1]);
    });
}
