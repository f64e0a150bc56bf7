use serde_json::json;
use waggle_tests::{in_a_swarm, task};

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
            ("agent=a", "/agent"),
            ("queue=q&tag=a", "/tag"),
            ("type=t&parent=0193a0de-0000-7000-8000-000000000000", "/parent"),
        ] {
            let problem = w.get(&format!("/tasks/count?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    });
}
