use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

fn usage(tokens: u64, usd_micros: u64, wall_ms: u64) -> Value {
    json!({"tokens": tokens, "usd_micros": usd_micros, "wall_ms": wall_ms})
}

/// A usage sent with a call.
fn uses(tokens: u64) -> Value {
    json!({"usage": {"tokens": tokens}})
}

async fn agent_usage(w: &World, agent: &str) -> Value {
    w.get(&format!("/agents/{agent}")).send().await.ok()["usage"].clone()
}

#[test]
fn each_report_adds_to_what_the_task_and_its_agent_have_used() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        assert_eq!((held.task.get("usage"), held.task.get("tree_usage")), (None, None));
        w.heartbeat(&held, json!({"usage": usage(1, 20, 300)})).await.ok();
        w.heartbeat(&held, uses(2)).await.ok();
        w.heartbeat(&held, json!({"usage": {}})).await.ok();
        let body = json!({"leases": [{"id": held.id, "lease": held.token, "usage": {"tokens": 4}}]});
        w.post("/agents/a/heartbeat").json(body).send().await.ok();
        w.fail_with(&held, json!({"retry_after_ms": 0, "usage": {"tokens": 8}})).await.ok();
        w.until_status(&held.id, "ready").await;
        let again = w.claim_one("a").await;
        let body = json!({"lease": again.token, "usage": {"tokens": 16}});
        w.on(&held.id, "release", body).await.ok();
        let again = w.claim_one("b").await;
        let body = json!({"lease": again.token, "result": 1, "usage": {"tokens": 32}});
        w.on(&held.id, "complete", body.clone()).await.ok();
        assert_eq!(w.on(&held.id, "complete", body).await.ok()["replayed"], true);
        let done = w.task(&held.id).await;
        assert_eq!(done["usage"], usage(63, 20, 300));
        assert_eq!(done["tree_usage"], usage(63, 20, 300));
        assert_eq!(
            (agent_usage(&w, "a").await, agent_usage(&w, "b").await),
            (usage(31, 20, 300), usage(32, 0, 0))
        );
    });
}

#[test]
fn settlements_and_transactions_carry_usage() {
    in_a_swarm(async |w| {
        w.submit_many([task(), task()]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        let outcome = |outcome: &str| json!({"id": held[0].id, "lease": held[0].token, "outcome": outcome, "usage": {"tokens": 3}});
        let settlement = json!({"agent": "a", "outcomes": [outcome("complete")]});
        w.post("/settlements").json(settlement).send().await.ok();
        let op =
            json!({"op": "task.complete", "id": held[1].id, "lease": held[1].token, "usage": {"wall_ms": 9}});
        w.post("/transactions").json(json!({"ops": [op]})).send().await.ok();
        assert_eq!(w.task(&held[0].id).await["usage"], usage(3, 0, 0));
        assert_eq!(w.task(&held[1].id).await["usage"], usage(0, 0, 9));
        assert_eq!(agent_usage(&w, "a").await, usage(3, 0, 9));
    });
}

#[test]
fn what_a_task_uses_counts_for_all_that_it_belongs_to() {
    in_a_swarm(async |w| {
        let top = w.submit_id(task()).await;
        let middle = w.submit_id(task().with("parent", top.clone())).await;
        w.submit_many([task().with("parent", middle.clone()), task().with("parent", middle.clone())]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 4})).await;
        for (at, held) in held.iter().enumerate().skip(1) {
            w.heartbeat(held, uses(10_u64.pow(u32::try_from(at).unwrap()))).await.ok();
        }
        let top = w.task(&top).await;
        assert_eq!((top.get("usage"), &top["tree_usage"]), (None, &usage(1_110, 0, 0)));
        let middle = w.task(&middle).await;
        assert_eq!((&middle["usage"], &middle["tree_usage"]), (&usage(10, 0, 0), &usage(1_110, 0, 0)));
        let leaf = w.task(&held[3].id).await;
        assert_eq!((&leaf["usage"], &leaf["tree_usage"]), (&usage(1_000, 0, 0), &usage(1_000, 0, 0)));
    });
}

#[test]
fn a_parent_has_to_be_there_and_not_too_deep() {
    in_a_swarm(async |w| {
        let nobody = "0193a0de-0000-7000-8000-000000000000";
        let orphan = task().with("parent", nobody);
        let problem = w.post("/tasks").json(orphan.clone()).send().await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/parent");
        let mut parent = w.submit_id(task()).await;
        for _ in 0..16 {
            parent = w.submit_id(task().with("parent", parent.clone())).await;
        }
        let deep = task().with("parent", parent.clone());
        let problem = w.post("/tasks").json(deep.clone()).send().await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/parent");
        let batch = json!({"tasks": [Value::from(deep.clone()), Value::from(orphan), Value::from(task())]});
        let answer = w.post("/tasks/batch").json(batch).send().await.ok();
        let statuses: Vec<_> =
            answer["results"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
        assert_eq!(statuses, [422, 422, 201]);
        let op = json!({"op": "task.submit", "task": Value::from(deep)});
        let problem =
            w.post("/transactions").json(json!({"ops": [op]})).send().await.problem(422, "validation");
        let pointer = problem["errors"][0]["pointer"].as_str().unwrap();
        assert!(pointer.ends_with("/task/parent"), "{problem}");
        assert_eq!(w.list("ready").await.len(), 18);
    });
}

#[test]
fn usage_that_cannot_be_is_refused_and_not_counted() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let wrong = json!({"usage": {"usd_micros": 1_000_000_000_001_u64}});
        let leases =
            json!([{"id": held.id, "lease": held.token, "usage": {"wall_ms": 1_000_000_000_001_u64}}]);
        let mut replies = vec![(w.heartbeat(&held, wrong.clone()).await, "/usage/usd_micros")];
        replies.push((w.fail_with(&held, wrong.clone()).await, "/usage/usd_micros"));
        for verb in ["complete", "release"] {
            let body = json!({"lease": held.token, "usage": wrong["usage"]});
            replies.push((w.on(&held.id, verb, body).await, "/usage/usd_micros"));
        }
        replies.push((w.heartbeat(&held, json!({"usage": {"token": 1}})).await, "/usage/token"));
        replies.push((w.heartbeat(&held, json!({"usage": {"tokens": 1.5}})).await, "/usage/tokens"));
        let beat = w.post("/agents/a/heartbeat").json(json!({"leases": leases})).send().await;
        replies.push((beat, "/leases/0/usage/wall_ms"));
        for (reply, pointer) in replies {
            let problem = reply.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        assert_eq!(w.task(&held.id).await.get("usage"), None);
    });
}
