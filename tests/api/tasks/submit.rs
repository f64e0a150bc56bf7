use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{TASK_FIELDS, between, fields, stamp};

#[test]
fn an_empty_task_has_the_defaults_of_the_contract() {
    in_a_swarm(async |w| {
        let reply = w.post("/tasks").json(json!({})).send().await;
        let location = reply.header("location").to_owned();
        let mut task = reply.expect(201);
        let id = task["id"].as_str().unwrap().to_owned();
        assert_eq!(location, w.path(&format!("/tasks/{id}")));
        assert_eq!(fields(&task), TASK_FIELDS);
        stamp(&task["created_at"]);
        task.as_object_mut().unwrap().remove("created_at");
        let expected = json!({
            "id": id, "swarm": w.swarm(), "queue": "default", "type": null, "status": "ready", "priority": 5,
            "payload": null, "result": null, "error": null, "progress": null, "attempt": 0, "max_attempts": 3,
            "agent": null, "requires": [], "depends_on": [], "parent": null, "tags": [], "metadata": {},
            "cancel_requested": false, "run_at": null, "started_at": null, "finished_at": null, "lease_expires_at": null
        });
        assert_eq!(task, expected);
    });
}

#[test]
fn the_id_is_a_uuid_of_version_7_in_lower_case() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let parsed = uuid::Uuid::parse_str(&id).unwrap();
        assert_eq!((parsed.get_version_num(), parsed.hyphenated().to_string()), (7, id));
    });
}

#[test]
fn what_was_submitted_is_answered_and_read_back_as_it_was() {
    in_a_swarm(async |w| {
        let submitted = w
            .submit(json!({
                "queue": "q.1", "type": "research", "payload": {"any": ["json", 1.5, null]}, "priority": 9,
                "requires": ["python"], "agent": "a-1", "max_attempts": 7, "lease_ms": 5000, "retention_ms": 60000,
                "dedup_key": "k ü", "tags": ["t1", "t2"], "metadata": {"m": 1},
                "backoff": {"kind": "linear", "base_ms": 10, "max_ms": 20, "jitter": false}
            }))
            .await;
        for (field, value) in [
            ("queue", json!("q.1")),
            ("type", json!("research")),
            ("payload", json!({"any": ["json", 1.5, null]})),
            ("priority", json!(9)),
            ("requires", json!(["python"])),
            ("agent", json!("a-1")),
            ("max_attempts", json!(7)),
            ("tags", json!(["t1", "t2"])),
            ("metadata", json!({"m": 1})),
        ] {
            assert_eq!(submitted[field], value, "{field}");
        }
        assert_eq!(w.task(submitted["id"].as_str().unwrap()).await, submitted);
    });
}

#[test]
fn the_whole_example_of_the_contract_is_taken_in() {
    in_a_swarm(async |w| {
        let example = r#"{ "queue": "default", "type": "research", "payload": {"any": "json"}, "priority": 5,
            "delay_ms": 0, "run_at": null, "requires": ["python"], "agent": null,
            "depends_on": [], "on_dependency_failure": "fail", "parent": null,
            "max_attempts": 3, "backoff": {"kind": "exponential", "base_ms": 1000, "max_ms": 60000, "jitter": true},
            "lease_ms": 30000, "timeout_ms": null, "deadline": null, "retention_ms": 3600000,
            "dedup_key": null, "concurrency_key": null, "fairness_key": null, "fairness_weight": 1,
            "assign": null, "budget": null, "tags": [], "metadata": {} }"#;
        w.post("/tasks").raw(example).send().await.expect(201);
    });
}

#[test]
fn a_payload_comes_back_byte_for_byte() {
    in_a_swarm(async |w| {
        let odd = r#"{"b": 1.50,  "a":[1e2, "\u00e4\n", 12345678901234567890123, {}]}"#;
        let reply = w.post("/tasks").raw(format!(r#"{{"payload":{odd}}}"#)).send().await;
        assert!(reply.text.contains(odd), "{}", reply.text);
        let id = reply.body["id"].as_str().unwrap();
        let read = w.get(&format!("/tasks/{id}")).send().await;
        assert!(read.text.contains(odd), "{}", read.text);
        let claimed = w.post("/claims").json(json!({"agent": "a"})).send().await;
        assert!(claimed.text.contains(odd), "{}", claimed.text);
    });
}

#[test]
fn payloads_of_all_sizes_and_kinds_survive_compression() {
    in_a_swarm(async |w| {
        let noise: String =
            (0_u64..6_000).map(|i| format!("{:x}", i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60)).collect();
        let payloads: [Value; 8] = [
            json!(null),
            json!(0),
            json!(""),
            json!("x".repeat(63)),
            json!("x".repeat(1_023)),
            json!("x".repeat(500_000)),
            json!({"noise": noise, "again": noise}),
            json!([[[["ünïcödé 😀\u{0}"]]]]),
        ];
        for payload in payloads {
            let id = w.submit_id(task().payload(payload.clone())).await;
            assert_eq!(w.task(&id).await["payload"], payload);
            let held = w.claim_one("a").await;
            assert_eq!(held.task["payload"], payload);
            w.complete(&held, payload.clone()).await.ok();
            assert_eq!(w.task(&id).await["result"], payload);
        }
    });
}

#[test]
fn prefer_minimal_answers_id_and_status_alone() {
    in_a_swarm(async |w| {
        let reply = w.post("/tasks").header("prefer", "return=minimal").json(json!({})).send().await;
        assert_eq!(reply.header("preference-applied"), "return=minimal");
        assert!(reply.header("location").ends_with(reply.body["id"].as_str().unwrap()));
        let body = reply.expect(201);
        assert_eq!((fields(&body), &body["status"]), (vec!["id", "status"], &json!("ready")));
    });
}

#[test]
fn the_trace_context_of_a_submit_is_handed_to_the_claimer() {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    in_a_swarm(async |w| {
        w.post("/tasks").header("traceparent", TRACE).json(json!({})).send().await.expect(201);
        assert_eq!(w.claim_one("a").await.task["traceparent"], TRACE);
        w.post("/tasks").header("traceparent", "nonsense").json(json!({})).send().await.expect(201);
        assert_eq!(w.claim_one("a").await.task.get("traceparent"), None);
    });
}

#[test]
fn a_task_for_a_swarm_that_was_not_made_is_refused() {
    in_a_swarm(async |w| {
        let reply = w.client().post("/v1/swarms/never-made/tasks").json(json!({})).send().await;
        reply.problem(404, "swarm_not_found");
    });
}

#[test]
fn the_swarm_default_exists_without_being_made() {
    in_a_swarm(async |w| {
        let path = "/v1/swarms/default/tasks";
        let task = w.client().post(path).json(json!({"queue": "of-this-test"})).send().await.expect(201);
        let id = task["id"].as_str().unwrap();
        w.client().post(&format!("{path}/{id}/cancel")).send().await.ok();
    });
}

#[test]
fn each_field_out_of_bounds_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        let long = "x".repeat(257);
        for (body, pointer) in [
            (json!({"priority": 10}), "/priority"),
            (json!({"priority": -1}), "/priority"),
            (json!({"priority": 1.5}), "/priority"),
            (json!({"queue": ""}), "/queue"),
            (json!({"queue": "a/b"}), "/queue"),
            (json!({"queue": null}), "/queue"),
            (json!({"queue": "q".repeat(129)}), "/queue"),
            (json!({"type": ""}), "/type"),
            (json!({"type": long}), "/type"),
            (json!({"dedup_key": ""}), "/dedup_key"),
            (json!({"dedup_key": long}), "/dedup_key"),
            (json!({"delay_ms": -1}), "/delay_ms"),
            (json!({"delay_ms": 31_622_400_001_u64}), "/delay_ms"),
            (json!({"run_at": "tomorrow"}), "/run_at"),
            (json!({"delay_ms": 1, "run_at": "2030-01-01T00:00:00Z"}), "/run_at"),
            (json!({"requires": ["a b"]}), "/requires/0"),
            (json!({"requires": "python"}), "/requires"),
            (json!({"agent": "{x}"}), "/agent"),
            (json!({"max_attempts": 0}), "/max_attempts"),
            (json!({"max_attempts": 1001}), "/max_attempts"),
            (json!({"lease_ms": 99}), "/lease_ms"),
            (json!({"lease_ms": 86_400_001}), "/lease_ms"),
            (json!({"retention_ms": -5}), "/retention_ms"),
            (json!({"backoff": {"kind": "magic"}}), "/backoff/kind"),
            (json!({"backoff": {"kind": "list"}}), "/backoff/delays_ms"),
            (json!({"backoff": {"bse_ms": 1}}), "/backoff/bse_ms"),
            (json!({"metadata": [1]}), "/metadata"),
            (json!({"metadata": {"x": "y".repeat(17_000)}}), "/metadata"),
            (json!({"tags": ["ok", "not ok"]}), "/tags/1"),
            (json!({"payloud": 1}), "/payloud"),
            (json!([]), ""),
        ] {
            let problem = w.post("/tasks").json(body.clone()).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
            assert!(
                problem["errors"][0]["detail"].as_str().is_some_and(|text| !text.is_empty()),
                "{problem}"
            );
        }
        assert!(w.pages("").await.is_empty(), "a refused submit stores nothing");
    });
}

#[test]
fn several_wrong_fields_are_all_named() {
    in_a_swarm(async |w| {
        let body = json!({"priority": 11, "max_attempts": 0, "lease_ms": 1});
        let problem = w.post("/tasks").json(body).send().await.problem(422, "validation");
        let pointers: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
        assert_eq!(pointers, ["/priority", "/max_attempts", "/lease_ms"]);
    });
}

#[test]
fn stamps_come_from_the_clock_of_redis() {
    in_a_swarm(async |w| {
        let first = w.submit(task()).await;
        let second = w.submit(task().delay_ms(60_000)).await;
        assert!((0..5_000).contains(&between(&first["created_at"], &second["created_at"])));
        assert_eq!(between(&second["created_at"], &second["run_at"]), 60_000);
        let clock: Vec<(u64, u64)> = w.service().redis("TIME");
        let now = i64::try_from(clock[0].0 * 1_000).unwrap();
        assert!((now - stamp(&second["created_at"])).abs() < 5_000);
    });
}

#[test]
fn an_unknown_parent_is_refused_and_nothing_is_stored() {
    in_a_swarm(async |w| {
        let orphan = task().with("parent", "0193a0de-0000-7000-8000-000000000000");
        let problem = w.post("/tasks").json(orphan).send().await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/parent");
        assert_eq!(w.get("/tasks/count").send().await.ok()["total"], 0);
    });
}
