use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

async fn act(w: &World, action: &str, filter: Value) -> Value {
    w.post("/tasks/actions").json(json!({"action": action, "filter": filter})).send().await.ok()
}

fn acted(matched: u64, changed: u64) -> Value {
    json!({"matched": matched, "changed": changed, "more": false})
}

#[test]
fn tasks_are_cancelled_by_type_tag_parent_agent_and_queue() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(task().queue("parents")).await;
        let typed = w.submit_id(task().with("type", "a type with spaces")).await;
        let tagged = w.submit_id(task().with("tags", json!(["x", "y"])).delay_ms(600_000)).await;
        let child = w.submit_id(task().with("parent", parent.as_str())).await;
        let pinned = w.submit_id(task().agent("p")).await;
        let queued = w.submit_id(task().queue("q")).await;
        for (filter, id) in [
            (json!({"type": "a type with spaces"}), &typed),
            (json!({"tag": "y"}), &tagged),
            (json!({"parent": parent}), &child),
            (json!({"agent": "p"}), &pinned),
            (json!({"queue": "q", "status": "ready"}), &queued),
        ] {
            assert_eq!(act(&w, "cancel", filter.clone()).await, acted(1, 1), "{filter}");
            assert_eq!(w.status(id).await, "cancelled", "{filter}");
            assert_eq!(act(&w, "cancel", filter.clone()).await, acted(0, 0), "{filter}");
        }
        assert_eq!(w.status(&parent).await, "ready");
        assert_eq!(act(&w, "retry", json!({"tag": "x", "type": "t"})).await, acted(0, 0));
        assert_eq!(act(&w, "retry", json!({"queue": "default"})).await, acted(4, 4));
        assert_eq!(w.status(&tagged).await, "ready");
    });
}

#[test]
fn a_running_task_is_asked_to_stop_and_is_not_deleted() {
    in_a_swarm(async |w| {
        w.submit(task().with("type", "t")).await;
        let held = w.claim_one("a").await;
        assert_eq!(act(&w, "delete", json!({"agent": "a"})).await, acted(1, 0));
        assert_eq!(act(&w, "cancel", json!({"agent": "a"})).await, acted(1, 1));
        assert_eq!(act(&w, "cancel", json!({"type": "t"})).await, acted(1, 0));
        assert_eq!(w.heartbeat(&held, json!({})).await.ok()["cancel_requested"], true);
        w.complete(&held, 1).await.ok();
    });
}

#[test]
fn nothing_is_left_of_a_deleted_task() {
    in_a_swarm(async |w| {
        let ids = [
            w.submit_id(task().dedup_key("k").with("type", "t")).await,
            w.submit_id(task().with("type", "t").delay_ms(600_000)).await,
            w.failed_task(task().with("type", "t").queue("default").agent("failing")).await,
        ];
        assert_eq!(act(&w, "delete", json!({"type": "t"})).await, acted(3, 3));
        for id in &ids {
            w.get(&format!("/tasks/{id}")).send().await.problem(404, "task_not_found");
        }
        assert_eq!(w.get("/tasks/count").send().await.ok()["total"], 0);
        w.submit(task().dedup_key("k")).await;
    });
}

#[test]
fn a_limit_ends_a_retry_and_says_that_there_is_more() {
    in_a_swarm(async |w| {
        for _ in 0..5 {
            w.failed_task(task()).await;
        }
        for filter in [json!({"status": "failed"}), json!({"queue": "default"})] {
            let body = json!({"action": "retry", "filter": filter, "limit": 2});
            let some = w.post("/tasks/actions").json(body).send().await.ok();
            assert_eq!(some, json!({"matched": 2, "changed": 2, "more": true}), "{filter}");
        }
        assert_eq!(act(&w, "retry", json!({"queue": "default"})).await, acted(1, 1));
    });
}

#[test]
fn a_limit_ends_an_action_and_says_that_there_is_more() {
    in_a_swarm(async |w| {
        w.submit_many((0..250).map(|n| task().with("tags", json!([format!("t{}", n % 2)])))).await;
        let body = |limit| json!({"action": "cancel", "filter": {"tag": "t0"}, "limit": limit});
        let first = w.post("/tasks/actions").json(body(120)).send().await.ok();
        assert_eq!(first, json!({"matched": 120, "changed": 120, "more": true}));
        let rest = w.post("/tasks/actions").json(body(5)).send().await.ok();
        assert_eq!(rest, json!({"matched": 5, "changed": 5, "more": false}));
        let plain = json!({"action": "delete", "filter": {"status": "ready"}, "limit": 100});
        let some = w.post("/tasks/actions").json(plain).send().await.ok();
        assert_eq!(some, json!({"matched": 100, "changed": 100, "more": true}));
        assert_eq!(act(&w, "delete", json!({"status": "ready"})).await, acted(25, 25));
    });
}

#[test]
fn what_is_no_action_no_filter_or_no_limit_is_refused_and_changes_nothing() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        for (body, pointer) in [
            (json!({"action": "cancel", "filter": {}}), "/filter"),
            (json!({"action": "cancel", "filter": {"status": null}}), "/filter"),
            (json!({"action": "stop", "filter": {"queue": "default"}}), "/action"),
            (json!({"action": "cancel", "filter": {"colour": "red"}}), "/filter/colour"),
            (json!({"action": "cancel", "filter": {"queue": "default"}, "limit": 0}), "/limit"),
            (json!({"action": "cancel", "filter": {"queue": "default"}, "limit": 10_001}), "/limit"),
        ] {
            let problem = w.post("/tasks/actions").json(body.clone()).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        assert_eq!(w.status(&id).await, "ready");
    });
}
