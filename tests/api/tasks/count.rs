use serde_json::json;
use waggle_tests::{World, in_a_swarm, task};

#[test]
fn tasks_are_counted_by_queue_type_tag_and_parent_in_every_state() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(task().queue("parents")).await;
        let new = || {
            task()
                .queue("q")
                .with("type", "t")
                .with("tags", json!(["a", "b"]))
                .with("parent", parent.as_str())
        };
        let claim = async || w.claim_with(json!({"agent": "a", "queues": ["q"]})).await.remove(0);
        w.submit(new()).await;
        w.complete(&claim().await, 1).await.ok();
        w.submit(new()).await;
        w.fail_with(&claim().await, json!({"retryable": false})).await.ok();
        w.submit(new()).await;
        claim().await;
        w.cancel(&w.submit_id(new()).await).await.ok();
        w.submit(new().delay_ms(600_000)).await;
        w.submit_many((0..3).map(|_| new())).await;
        let expected = json!({"blocked": 0, "scheduled": 1, "ready": 3, "running": 1, "completed": 1, "failed": 1,
            "cancelled": 1, "input_required": 0});
        for by in ["queue=q", "type=t", "tag=a", "tag=b", &format!("parent={parent}")] {
            let count = w.get(&format!("/tasks/count?{by}")).send().await.ok();
            assert_eq!(count, json!({"total": 8, "by_status": expected}), "{by}");
            let count = w.get(&format!("/tasks/count?{by}&status=ready")).send().await.ok();
            assert_eq!((&count["total"], &count["by_status"]["failed"]), (&json!(3), &json!(0)), "{by}");
            let listed = w.pages(by).await;
            assert_eq!(listed.len(), 8, "{by}");
            assert_eq!(w.pages(&format!("{by}&status=failed")).await.len(), 1, "{by}");
        }
        let all = w.get("/tasks/count").send().await.ok();
        assert_eq!((&all["total"], &all["by_status"]["ready"]), (&json!(9), &json!(4)));
        assert_eq!(w.get("/tasks/count?type=other").send().await.ok()["total"], 0);
    });
}

#[test]
fn a_combination_that_would_have_to_be_searched_is_refused() {
    in_a_swarm(async |w| {
        for (query, pointer) in [
            ("queue=q&agent=a", "/agent"),
            ("agent=a&status=completed", "/status"),
            ("queue=q&tag=a", "/tag"),
            ("type=t&parent=0193a0de-0000-7000-8000-000000000000", "/parent"),
        ] {
            let problem = w.get(&format!("/tasks/count?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    });
}

async fn of_agent(w: &World, agent: &str) -> serde_json::Value {
    let count = w.get(&format!("/tasks/count?agent={agent}")).send().await.ok();
    assert_eq!(count["not_counted"], json!(["completed"]));
    let mut by_status = count["by_status"].clone();
    for status in ["blocked", "scheduled", "ready", "running", "input_required", "failed", "cancelled"] {
        let listed = w.pages(&format!("agent={agent}&status={status}")).await.len();
        assert_eq!(by_status[status], json!(listed), "{status}");
    }
    by_status.as_object_mut().unwrap().retain(|_, count| *count != 0);
    by_status
}

#[test]
fn tasks_are_counted_by_agent_wherever_they_stand_but_completed() {
    in_a_swarm(async |w| {
        let put = json!({"capacity": 50});
        w.put("/agents/a").json(put.clone()).send().await.expect(201);
        w.put("/agents/b").json(put).send().await.expect(201);
        w.put("/queues/slots").json(json!({"concurrency_per_key": 1})).send().await.expect(201);
        let pinned = || task().agent("a");
        let first = w.submit_id(task().queue("first")).await;
        w.submit(pinned().depends_on(json!([first]))).await;
        w.submit(pinned().delay_ms(600_000)).await;
        // Two of a fairness key wait for their turn, two of a concurrency key for a slot.
        w.submit_many((0..3).map(|n| pinned().queue("turns").with("fairness_key", "f").payload(n))).await;
        w.submit_many((0..3).map(|n| pinned().queue("slots").with("concurrency_key", "k").payload(n))).await;
        assert_eq!(of_agent(&w, "a").await, json!({"blocked": 1, "scheduled": 1, "ready": 6}));
        let held = w.claim_with(json!({"agent": "a", "queues": ["slots"], "max_tasks": 3})).await;
        assert_eq!(held.len(), 1);
        assert_eq!(of_agent(&w, "a").await, json!({"blocked": 1, "scheduled": 1, "ready": 5, "running": 1}));
        w.fail_with(&held[0], json!({"retryable": false})).await.ok();
        // What anybody may have is its holder's.
        w.submit_many((0..3).map(|n| task().queue("any").payload(n))).await;
        let held = w.claim_with(json!({"agent": "b", "queues": ["any"], "max_tasks": 3})).await;
        w.fail_with(&held[0], json!({"retryable": false})).await.ok();
        w.on(&held[1].id, "input-request", json!({"lease": held[1].token, "prompt": "p"})).await.ok();
        w.complete(&held[2], 1).await.ok();
        assert_eq!(of_agent(&w, "b").await, json!({"failed": 1, "input_required": 1}));
        assert_eq!(of_agent(&w, "a").await, json!({"blocked": 1, "scheduled": 1, "ready": 5, "failed": 1}));
        // Assigned, and assigned again.
        let id = w.submit_id(task().queue("any")).await;
        for (agent, other) in [("a", "b"), ("b", "a"), ("a", "b")] {
            let before = of_agent(&w, agent).await["ready"].as_u64().unwrap_or(0);
            w.on(&id, "assign", json!({"agent": agent})).await.ok();
            assert_eq!(of_agent(&w, agent).await["ready"], before + 1);
            assert_eq!(w.pages(&format!("agent={other}&status=ready&queue=any")).await.len(), 0);
        }
        w.retry(&held[0].id).await.ok();
        assert_eq!(of_agent(&w, "b").await, json!({"input_required": 1}));
        // What is pinned to one that is gone is anybody's.
        w.delete("/agents/a").send().await.expect(204);
        waggle_tests::until("all that is ready is anybody's", waggle_tests::PATIENCE, async || {
            w.get("/tasks/count?agent=a&status=ready").send().await.ok()["total"] == 0
        })
        .await;
        let all = json!({"action": "delete", "filter": {"agent": "a"}});
        assert_eq!(w.post("/tasks/actions").json(all).send().await.ok()["changed"], 3);
        assert_eq!(of_agent(&w, "a").await, json!({}));
    });
}
