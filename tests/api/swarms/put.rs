use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{another, say};

#[test]
fn a_swarm_is_made_once_and_may_be_described_anew() {
    in_a_swarm(async |w| {
        let path = another(&w);
        let body = json!({"objective": "o", "topology": "mesh", "metadata": {"k": [1]}});
        let made = w.client().put(&path).json(body).send().await;
        assert_eq!(made.header("location"), path);
        let made = made.expect(201);
        assert_eq!(made["name"], format!("{}-another", w.swarm()));
        assert_eq!(
            (&made["objective"], &made["topology"], &made["metadata"]),
            (&json!("o"), &json!("mesh"), &json!({"k": [1]}))
        );
        assert_eq!(w.client().get(&path).send().await.ok(), made);
        let again = w.client().put(&path).json(json!({"objective": "other"})).send().await.ok();
        assert_eq!((&again["objective"], &again["created_at"]), (&json!("other"), &made["created_at"]));
        assert_eq!(w.client().get(&path).send().await.ok(), again);
    });
}

#[test]
fn a_swarm_needs_no_description() {
    in_a_swarm(async |w| {
        let made = w.client().put(&another(&w)).send().await.expect(201);
        assert_eq!((&made["objective"], &made["metadata"]), (&Value::Null, &json!({})));
        assert_eq!(made["limits"], json!({"max_agents": null, "max_tasks": null}));
        assert_eq!((&made["paused"], &made["events"]), (&json!(false), &json!(true)));
        w.client().put(&another(&w)).json(json!({})).send().await.ok();
    });
}

#[test]
fn names_outside_the_alphabet_are_refused() {
    in_a_swarm(async |w| {
        let long = "x".repeat(129);
        for name in [
            "a}:b",
            "*",
            "%2E%2E%2F",
            "a%0d%0ab",
            "{x}",
            "%00",
            "-a",
            "a%20b",
            "%E2%80%AEx",
            "a%2Fb",
            long.as_str(),
        ] {
            let reply = w.client().put(&format!("/v1/swarms/{name}")).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/swarm", "{name}");
        }
        let reply = w.client().put("/v1/swarms/%ff").send().await;
        assert!(matches!(reply.status, 400 | 422), "{}", reply.text);
        w.client().get(&format!("/v1/swarms/{}", "y".repeat(4_096))).send().await.problem(414, "too_large");
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        for (body, pointer) in [
            (json!({"objective": 1}), "/objective"),
            (json!({"metadata": 1}), "/metadata"),
            (json!({"metadata": {"x": "y".repeat(17_000)}}), "/metadata"),
            (json!({"nam": "x"}), "/nam"),
            (json!({"events": "no"}), "/events"),
            (json!({"limits": [1, 2]}), "/limits"),
            (json!({"limits": {"max_agents": 0}}), "/limits/max_agents"),
            (json!({"limits": {"max_tasks": -1}}), "/limits/max_tasks"),
            (json!({"limits": {"max_tasks": 1.5}}), "/limits/max_tasks"),
            (json!({"limits": {"max_tasks": 9_007_199_254_740_992_u64}}), "/limits/max_tasks"),
            (json!({"limits": {"max_queues": 1}}), "/limits/max_queues"),
        ] {
            let problem = w.client().put(&another(&w)).json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        w.client().get(&another(&w)).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn limits_and_events_are_kept_until_they_are_said_anew() {
    in_a_swarm(async |w| {
        let limits = json!({"max_agents": 3, "max_tasks": 9_007_199_254_740_991_u64});
        let said = say(&w, json!({"limits": limits, "events": false})).await;
        assert_eq!((&said["limits"], &said["events"]), (&limits, &json!(false)));
        assert_eq!(w.get("").send().await.ok(), said);
        let said = say(&w, json!({"limits": null, "events": null})).await;
        assert_eq!(said["limits"], json!({"max_agents": null, "max_tasks": null}));
        assert_eq!(said["events"], true);
    });
}

#[test]
fn who_describes_a_paused_swarm_anew_does_not_let_it_go_on() {
    in_a_swarm(async |w| {
        w.post("/pause").send().await.ok();
        assert_eq!(say(&w, json!({"objective": "o"})).await["paused"], true);
    });
}
