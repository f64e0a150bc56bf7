use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

fn another(w: &World) -> String {
    format!("/v1/swarms/{}-another", w.swarm())
}

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
        w.client().put(&another(&w)).json(json!({})).send().await.ok();
    });
}

#[test]
fn a_swarm_that_was_not_made_is_not_found() {
    in_a_swarm(async |w| {
        w.client().get(&another(&w)).send().await.problem(404, "swarm_not_found");
        w.client().get(&format!("{}/tasks", another(&w))).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn the_swarm_default_is_there_from_the_start() {
    in_a_swarm(async |w| {
        assert_eq!(w.client().get("/v1/swarms/default").send().await.ok()["name"], "default");
    });
}

#[test]
fn swarms_stand_apart() {
    in_a_swarm(async |w| {
        let other = another(&w);
        w.client().put(&other).send().await.expect(201);
        w.submit(task().dedup_key("k")).await;
        let there = w
            .client()
            .post(&format!("{other}/tasks"))
            .json(json!({"dedup_key": "k"}))
            .send()
            .await
            .expect(201);
        assert_eq!(w.list("ready").await.len(), 1);
        let claim = json!({"agent": "a", "claim_id": "c", "max_tasks": 9});
        let here = w.claim_with(claim.clone()).await;
        let claimed = w.client().post(&format!("{other}/claims")).json(claim).send().await.ok();
        assert_eq!((here.len(), &claimed["tasks"][0]["id"]), (1, &there["id"]));
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
        ] {
            let problem = w.client().put(&another(&w)).json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        w.client().get(&another(&w)).send().await.problem(404, "swarm_not_found");
    });
}
