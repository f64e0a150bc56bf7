use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{AGENT_FIELDS, change, look, register};
use crate::tasks::support::{fields, stamp};

#[test]
fn an_agent_is_registered_with_defaults_for_all_that_is_not_said() {
    in_a_swarm(async |w| {
        let reply = w.put("/agents/a").send().await;
        assert_eq!(reply.header("location"), w.path("/agents/a"));
        let agent = reply.expect(201);
        assert_eq!(fields(&agent), AGENT_FIELDS);
        for (field, value) in [
            ("name", json!("a")),
            ("capabilities", json!([])),
            ("capacity", json!(1)),
            ("running", json!(0)),
            ("status", json!("live")),
            ("metadata", json!({})),
            ("completed", json!(0)),
            ("failed", json!(0)),
            ("expired", json!(0)),
            ("busy_ms", json!(0)),
            ("ttl_ms", json!(60_000)),
            ("inbox_limit", json!(10_000)),
            ("unread", json!(0)),
        ] {
            assert_eq!(agent[field], value, "{field}");
        }
        assert_eq!(stamp(&agent["last_seen_at"]), stamp(&agent["registered_at"]));
        assert_eq!(look(&w, "a").await, agent);
    });
}

#[test]
fn what_is_said_of_an_agent_is_kept_to_the_letter() {
    in_a_swarm(async |w| {
        let said = json!({
            "capabilities": ["rust", "python", "rust"], "capacity": 7, "ttl_ms": 5_000,
            "metadata": {"model": "x\n", "n": [1, null]}, "inbox_limit": 3,
        });
        let agent = register(&w, "a.b:c_d-1", said.clone()).await;
        assert_eq!(agent["capabilities"], json!(["python", "rust"]));
        for field in ["capacity", "ttl_ms", "metadata", "inbox_limit"] {
            assert_eq!(agent[field], said[field], "{field}");
        }
    });
}

#[test]
fn an_agent_that_is_there_keeps_its_counts_its_tasks_and_whether_it_drains() {
    in_a_swarm(async |w| {
        let first = register(&w, "a", json!({"capacity": 5, "metadata": {"v": 1}})).await;
        w.submit_many((0..2).map(|_| task())).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        w.complete(&held[0], 1).await.ok();
        w.post("/agents/a/drain").send().await.ok();
        let agent = change(&w, "a", json!({"capacity": 3})).await;
        for (field, value) in [
            ("capacity", json!(3)),
            ("metadata", json!({})),
            ("running", json!(1)),
            ("completed", json!(1)),
            ("status", json!("draining")),
            ("registered_at", first["registered_at"].clone()),
        ] {
            assert_eq!(agent[field], value, "{field}");
        }
        w.complete(&held[1], 1).await.ok();
    });
}

#[test]
fn a_claim_of_an_unknown_agent_registers_it() {
    in_a_swarm(async |w| {
        w.claim_with(json!({"agent": "a", "capabilities": ["go", "c"]})).await;
        let agent = look(&w, "a").await;
        assert_eq!((&agent["capacity"], &agent["ttl_ms"]), (&json!(100), &json!(60_000)));
        assert_eq!(agent["capabilities"], json!(["c", "go"]));
        assert_eq!(agent["metadata"], json!({}));
        let agent = change(&w, "a", json!({})).await;
        assert_eq!((&agent["capacity"], &agent["capabilities"]), (&json!(1), &json!([])));
    });
}

#[test]
fn a_claim_without_capabilities_has_the_registered_ones_and_one_with_them_has_those() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capabilities": ["rust"], "capacity": 9})).await;
        w.submit(task().requires(["rust"]).payload(1)).await;
        w.submit(task().requires(["go"]).payload(2)).await;
        assert!(w.claim_with(json!({"agent": "a", "capabilities": []})).await.is_empty());
        let held = w.claim_with(json!({"agent": "a", "capabilities": ["go"]})).await;
        assert_eq!(held[0].task["payload"], 2);
        assert_eq!(w.claim_one("a").await.task["payload"], 1);
        assert_eq!(look(&w, "a").await["capabilities"], json!(["rust"]));
    });
}

#[test]
fn a_claim_that_waits_gets_what_its_agent_has_become_able_to_do() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit(task().requires(["rust"])).await;
        let claim = w.claim_with(json!({"agent": "a", "wait_ms": 30_000}));
        let learn = async {
            w.claim_with(json!({"agent": "b", "wait_ms": 100})).await;
            change(&w, "a", json!({"capabilities": ["rust"]})).await;
        };
        let (held, ()) = futures_util::future::join(claim, learn).await;
        assert_eq!(held.len(), 1);
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer_and_nothing_is_changed() {
    in_a_swarm(async |w| {
        let before = register(&w, "a", json!({"capacity": 2})).await;
        let many: Vec<_> = (0..65).map(|n| format!("c{n}")).collect();
        for (fields, pointer) in [
            (json!({"capacity": 0}), "/capacity"),
            (json!({"capacity": 1_001}), "/capacity"),
            (json!({"capacity": -1}), "/capacity"),
            (json!({"ttl_ms": 999}), "/ttl_ms"),
            (json!({"ttl_ms": 86_400_001}), "/ttl_ms"),
            (json!({"inbox_limit": 0}), "/inbox_limit"),
            (json!({"inbox_limit": 100_001}), "/inbox_limit"),
            (json!({"metadata": [1]}), "/metadata"),
            (json!({"metadata": {"x": "y".repeat(17_000)}}), "/metadata"),
            (json!({"capabilities": many}), "/capabilities"),
            (json!({"capabilities": ["ok", "not a name"]}), "/capabilities/1"),
            (json!({"capabilities": "rust"}), "/capabilities"),
            (json!({"capabilites": []}), "/capabilites"),
        ] {
            let problem = w.put("/agents/a").json(fields.clone()).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{fields}");
            w.put("/agents/new").json(fields).send().await.problem(422, "validation");
        }
        assert_eq!(look(&w, "a").await, before);
        w.get("/agents/new").send().await.problem(404, "agent_not_found");
        w.put("/agents/a").raw("{").send().await.problem(400, "malformed_json");
        w.put("/agents/a").json(json!([])).send().await.problem(422, "validation");
    });
}

#[test]
fn what_is_no_name_is_refused_wherever_it_stands_in_the_path() {
    in_a_swarm(async |w| {
        for name in ["-a", "a%20b", "a%2Fb", "%7Bx%7D", "a@b", &"x".repeat(129), "%2A"] {
            let path = format!("/agents/{name}");
            let drain = format!("{path}/drain");
            let heartbeat = format!("{path}/heartbeat");
            for request in [w.put(&path), w.get(&path), w.delete(&path), w.post(&drain), w.post(&heartbeat)] {
                let problem = request.send().await.problem(422, "validation");
                assert_eq!(problem["errors"][0]["pointer"], "/agent", "{name}");
            }
        }
        assert_eq!(w.get("/agents").send().await.ok()["items"], json!([]));
    });
}

#[test]
fn a_swarm_has_no_more_agents_than_it_may_and_those_it_has_may_be_changed() {
    in_a_swarm(async |w| {
        let swarm = format!("/v1/swarms/{}", w.swarm());
        w.client().put(&swarm).json(json!({"limits": {"max_agents": 2}})).send().await.ok();
        register(&w, "a", json!({})).await;
        w.claim("b").await;
        let refused = w.put("/agents/c").send().await;
        assert!(!refused.header("retry-after").is_empty());
        let problem = refused.problem(429, "too_many_agents");
        assert_eq!((&problem["retryable"], &problem["applied"]), (&json!(true), &json!(false)));
        w.post("/claims").json(json!({"agent": "c"})).send().await.problem(429, "too_many_agents");
        change(&w, "a", json!({"capacity": 4})).await;
        assert_eq!(w.claim("b").await, []);
        w.get("/agents/c").send().await.problem(404, "agent_not_found");
        w.delete("/agents/a").send().await.expect(204);
        register(&w, "c", json!({})).await;
    });
}

#[test]
fn an_unknown_swarm_has_no_agents() {
    in_a_swarm(async |w| {
        let nowhere = format!("/v1/swarms/{}-no/agents", w.swarm());
        let client = w.client();
        client.get(&nowhere).send().await.problem(404, "swarm_not_found");
        for request in [
            client.put(&format!("{nowhere}/a")),
            client.get(&format!("{nowhere}/a")),
            client.delete(&format!("{nowhere}/a")),
            client.post(&format!("{nowhere}/a/drain")),
            client.post(&format!("{nowhere}/a/resume")),
            client.post(&format!("{nowhere}/a/heartbeat")),
        ] {
            request.send().await.problem(404, "swarm_not_found");
        }
    });
}

#[test]
fn metadata_that_is_null_is_an_empty_object() {
    in_a_swarm(async |w| {
        let agent = register(&w, "a", json!({"metadata": Value::Null})).await;
        assert_eq!(agent["metadata"], json!({}));
    });
}
