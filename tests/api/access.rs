//! Who may do what: tokens that are bound to an agent or a swarm, and what is remembered of their owners.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use waggle_tests::{Service, Setup, World, in_a_swarm_of};

/// One service for all tests here, with a token for each kind of owner.
struct Guarded {
    service: Arc<Service>,
    /// May do everything as the agent `a1`.
    a1: String,
    /// The same as the agent `a2`.
    a2: String,
    /// May submit and use the state, as nobody in particular.
    plain: String,
}

static GUARDED: LazyLock<Guarded> = LazyLock::new(|| {
    let setup = Setup::private().with_tokens();
    let agents = |agent| setup.token(agent, &["--scopes", "submit,work,message,state", "--agent", agent]);
    let (a1, a2) = (agents("a1"), agents("a2"));
    let plain = setup.token("plain", &["--scopes", "submit,state"]);
    Guarded { service: Service::start(setup), a1, a2, plain }
});

fn guarded(test: impl AsyncFnOnce(World, &Guarded)) {
    let guarded = &*GUARDED;
    in_a_swarm_of(&guarded.service, async |w| test(w, guarded).await);
}

/// Fault: token-reaches-out
#[test]
fn a_token_of_an_agent_acts_as_no_other() {
    guarded(async |root, tokens| {
        let w = root.showing(tokens.a1.as_str());
        root.put("/agents/a2").json(json!({})).send().await.expect(201);
        let message = json!({ "from": "a2", "to": { "agent": "a2" }, "body": 1 });
        for request in [
            w.post("/claims").json(json!({ "agent": "a2" })),
            w.post("/settlements").json(json!({ "agent": "a2", "outcomes": [] })),
            w.put("/agents/a2").json(json!({})),
            w.delete("/agents/a2"),
            w.post("/agents/a2/heartbeat").json(json!({})),
            w.get("/agents/a2/inbox"),
            w.post("/agents/a2/inbox/ack").json(json!({ "up_to": 1 })),
            w.put("/agents/a2/subscriptions/t"),
            w.delete("/agents/a2/subscriptions/t"),
            w.post("/messages").json(message.clone()),
        ] {
            request.send().await.problem(403, "forbidden");
        }
        let transaction = json!({ "ops": [{ "op": "message.send", "message": message }] });
        let refused = w.post("/transactions").json(transaction).send().await.problem(403, "forbidden");
        assert_eq!((&refused["in"], &refused["index"]), (&json!("ops"), &json!(0)));
        // Reading is no acting.
        assert_eq!(w.get("/agents/a2").send().await.ok()["name"], "a2");
        assert_eq!(w.claim("a1").await.len(), 0);
    });
}

/// Fault: token-reaches-out
#[test]
fn a_lease_is_worth_nothing_to_another_agents_token() {
    guarded(async |root, tokens| {
        let (owner, thief) = (root.showing(tokens.a1.as_str()), root.showing(tokens.a2.as_str()));
        let id = root.submit_id(json!({ "payload": 1 })).await;
        let held = owner.claim_one("a1").await;
        let lease = || json!({ "lease": held.token });
        for (verb, more) in [
            ("heartbeat", json!({})),
            ("complete", json!({ "result": 1 })),
            ("fail", json!({ "error": { "message": "m" } })),
            ("release", json!({})),
            ("output", json!({ "chunk": 1 })),
            ("input-request", json!({ "prompt": "?" })),
        ] {
            let mut body = lease();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            thief.on(&id, verb, body).await.problem(409, "lease_lost");
        }
        let outcome = json!({ "id": id, "lease": held.token, "outcome": "complete" });
        let settlement = json!({ "agent": "a2", "outcomes": [outcome] });
        let settled = thief.post("/settlements").json(settlement).send().await.ok();
        assert_eq!(settled["outcomes"][0]["problem"]["code"], "lease_lost", "{settled}");
        let complete = json!({ "op": "task.complete", "id": id, "lease": held.token });
        let transaction = json!({ "ops": [complete] });
        thief.post("/transactions").json(transaction.clone()).send().await.problem(409, "lease_lost");
        root.put("/agents/a2").json(json!({})).send().await.expect(201);
        let beat = json!({ "leases": [{ "id": id, "lease": held.token }] });
        let beat = thief.post("/agents/a2/heartbeat").json(beat).send().await.ok();
        assert_eq!((&beat["lost"], &beat["extended"]), (&json!([id]), &json!([])));
        let put = thief.put("/state/k").header("x-lease", &format!("{id} {}", held.token));
        put.json(json!({ "value": 1 })).send().await.problem(409, "lease_lost");
        assert_eq!(root.status(&id).await, "running");

        let beat = owner.heartbeat(&held, json!({})).await.ok();
        assert_eq!(beat["lease"]["token"], held.token);
        let put = owner.put("/state/k").header("x-lease", &format!("{id} {}", held.token));
        assert_eq!(put.json(json!({ "value": 1 })).send().await.expect(201)["updated_by"], "a1");
        owner.post("/transactions").json(transaction).send().await.ok();
        assert_eq!(root.status(&id).await, "completed");
    });
}

#[test]
fn an_agent_works_with_its_own_token_as_without_any() {
    guarded(async |root, tokens| {
        let w = root.showing(tokens.a1.as_str());
        let ids = root.submit_many((0..3).map(|number| json!({ "payload": number }))).await;
        let first = w.claim_one("a1").await;
        let beat = json!({ "leases": [{ "id": first.id, "lease": first.token }] });
        let beat = w.post("/agents/a1/heartbeat").json(beat).send().await.ok();
        assert_eq!(beat["extended"][0]["lease"]["token"], first.token);
        let outcome = json!({ "id": first.id, "lease": first.token, "outcome": "complete", "result": 1 });
        let settlement = json!({ "agent": "a1", "outcomes": [outcome], "claim": { "max_tasks": 1 } });
        let settled = w.post("/settlements").json(settlement.clone()).send().await.ok();
        assert_eq!(settled["outcomes"][0]["task_status"], "completed", "{settled}");
        let second = &waggle_tests::Held::all(&settled)[0];
        w.on(&second.id, "output", json!({ "lease": second.token, "chunk": "c" })).await.ok();
        w.complete(second, 2).await.ok();
        assert_eq!(w.complete(second, 2).await.ok()["replayed"], true);
        let third = w.claim_one("a1").await;
        let asked = w.on(&third.id, "input-request", json!({ "lease": third.token, "prompt": "?" })).await;
        assert_eq!(asked.ok()["status"], "input_required");
        assert_eq!(ids.len(), 3);
    });
}

#[test]
fn the_sender_of_a_bound_token_must_be_registered_and_of_another_may_be_anybody() {
    guarded(async |root, tokens| {
        root.put("/agents/a2").json(json!({})).send().await.expect(201);
        let w = root.showing(tokens.a1.as_str());
        let message = |to: Value| json!({ "from": "a1", "to": to, "body": 1 });
        for to in [json!({ "agent": "a2" }), json!({ "topic": "t" }), json!({ "swarm": true })] {
            let refused = w.post("/messages").json(message(to)).send().await.problem(404, "agent_not_found");
            assert!(refused["detail"].as_str().unwrap().contains("agent a1 "), "{refused}");
        }
        let op = json!({ "op": "message.send", "message": message(json!({ "agent": "a2" })) });
        let refused = w.post("/transactions").json(json!({ "ops": [op] })).send().await;
        assert!(refused.problem(404, "agent_not_found")["detail"].as_str().unwrap().contains("agent a1 "));
        root.post("/messages").json(message(json!({ "agent": "a2" }))).send().await.expect(201);
        w.put("/agents/a1").json(json!({})).send().await.expect(201);
        w.post("/messages").json(message(json!({ "agent": "a2" }))).send().await.expect(201);
        let inbox = root.showing(tokens.a2.as_str()).get("/agents/a2/inbox").send().await.ok();
        let from: Vec<_> = inbox["messages"].as_array().unwrap().iter().map(|m| m["from"].clone()).collect();
        assert_eq!(from, ["a1", "a1"]);
    });
}

#[test]
fn the_state_knows_whose_token_changed_it() {
    guarded(async |root, tokens| {
        let put = async |w: &World| w.put("/state/k").json(json!({ "value": 1 })).send().await.body;
        assert_eq!(put(&root).await["updated_by"], "root");
        assert_eq!(put(&root.showing(tokens.plain.as_str())).await["updated_by"], "plain");
        let a1 = root.showing(tokens.a1.as_str());
        assert_eq!(put(&a1).await["updated_by"], "a1");
        let ops = json!({ "ops": [{ "op": "state.put", "key": "t", "value": 1 }] });
        a1.post("/transactions").json(ops).send().await.ok();
        assert_eq!(root.get("/state/t").send().await.ok()["updated_by"], "a1");
        let counted = root.showing(tokens.plain.as_str()).post("/state/n/increment").send().await.expect(201);
        assert_eq!(counted["updated_by"], "plain");
    });
}

#[test]
fn each_part_of_a_transaction_asks_for_its_own_scope() {
    guarded(async |root, tokens| {
        let w = root.showing(tokens.plain.as_str());
        let allowed = json!({ "if": [{ "state": "k", "version": 0 }],
            "ops": [{ "op": "task.submit", "task": {} }, { "op": "state.put", "key": "k", "value": 1 }] });
        w.post("/transactions").json(allowed).send().await.ok();
        let send =
            json!({ "op": "message.send", "message": { "from": "x", "to": { "swarm": true }, "body": 1 } });
        let beyond = json!({ "ops": [{ "op": "state.put", "key": "other", "value": 1 }, send] });
        let refused = w.post("/transactions").json(beyond).send().await.problem(403, "forbidden");
        assert_eq!((&refused["in"], &refused["index"]), (&json!("ops"), &json!(1)));
        root.get("/state/other").send().await.problem(404, "state_not_found");
    });
}

/// Fault: token-reaches-out
#[test]
fn an_idempotency_key_is_one_tokens_own() {
    guarded(async |root, tokens| {
        let submit = async |token: &str| {
            let post = root.showing(token).post("/tasks").header("idempotency-key", "k");
            let reply = post.json(json!({ "payload": 1 })).send().await;
            (reply.header("idempotency-replayed").to_owned(), reply.expect(201)["id"].clone())
        };
        let first = submit(&tokens.a1).await;
        let other = submit(&tokens.a2).await;
        assert!(first.1 != other.1 && other.0.is_empty());
        assert_eq!(submit(&tokens.a1).await, ("true".to_owned(), first.1));
    });
}

/// Fault: secret-shown
#[test]
fn a_secret_is_in_no_log_no_answer_and_no_argument() {
    let setup = Setup::private().with_tokens().set("WAGGLE_LOG__LEVEL", "trace");
    let known = setup.token("known", &["--scopes", "submit,state"]);
    let service = Service::start(setup);
    in_a_swarm_of(&service, async |w| {
        let unknown = known.chars().rev().collect::<String>();
        let w = w.showing(known.as_str());
        let mut said =
            vec![w.post("/tasks").json(json!({"payload": 1})).send().await.expect(201).to_string()];
        said.push(
            w.post("/claims").json(json!({"agent": "a"})).send().await.problem(403, "forbidden").to_string(),
        );
        let refused = w.showing(unknown.as_str()).post("/tasks").json(json!({})).send().await;
        said.push(refused.problem(401, "unauthorized").to_string());
        let root = w.showing(service.setup().root());
        for path in ["/perf/report", "/perf/alerts", "/metrics", "/health/ready", "/v1/tokens"] {
            said.push(root.client().get(path).send().await.text);
        }
        said.push(std::fs::read_to_string(format!("/proc/{}/cmdline", service.pid())).unwrap());
        service.until_logged("DEBUG").await;
        said.push(service.log());
        for secret in [service.setup().root(), &known, &unknown] {
            for text in &said {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    });
}
