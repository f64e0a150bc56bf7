use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

async fn page(w: &World, id: &str, query: &str) -> Value {
    w.get(&format!("/tasks/{id}/events{query}")).send().await.ok()
}

fn kinds(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_tasks_history_holds_all_that_happened_to_it_and_nothing_else() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..40).map(|n| task().payload(n))).await;
        for _ in 0..3 {
            let held = w.claim_one("a1").await;
            w.complete(&held, 1).await.ok();
        }
        let history = page(&w, &ids[1], "").await;
        assert_eq!(kinds(&history), ["task.submitted", "task.claimed", "task.completed"]);
        assert_eq!(history["next_cursor"], Value::Null);
        let items = history["items"].as_array().unwrap();
        assert!(items.iter().all(|event| event["task"] == ids[1].as_str()), "{history}");
        assert_eq!((&items[1]["agent"], &items[1]["attempt"]), (&json!("a1"), &json!(1)));
        assert_eq!(kinds(&page(&w, &ids[39], "").await), ["task.submitted"]);
    });
}

#[test]
fn pages_of_any_size_make_up_the_same_history() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().max_attempts(100)).await;
        for _ in 0..12 {
            let held = w.claim_one("a1").await;
            w.submit_many((0..20).map(|n| task().payload(n).queue("other"))).await;
            w.release(&held).await.ok();
        }
        let all = page(&w, &id, "?limit=500").await["items"].clone();
        assert_eq!(all.as_array().unwrap().len(), 25);
        for limit in [1, 2, 7, 25] {
            let (mut items, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = page(&w, &id, &format!("?limit={limit}{cursor}")).await;
                let more = page["items"].as_array().unwrap();
                assert!(more.len() <= limit);
                items.extend(more.iter().cloned());
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(Value::from(items), all, "pages of {limit}");
        }
    });
}

#[test]
fn a_history_outlives_its_task() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().retention_ms(0)).await;
        let held = w.claim_one("a1").await;
        w.complete(&held, 1).await.ok();
        waggle_tests::until("the task is forgotten", waggle_tests::PATIENCE, async || {
            w.get(&format!("/tasks/{id}")).send().await.status == 404
        })
        .await;
        let history = page(&w, &id, "").await;
        assert_eq!(kinds(&history), ["task.submitted", "task.claimed", "task.completed"]);
    });
}

#[test]
fn where_there_is_neither_task_nor_event_there_is_nothing_to_read() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        for id in
            ["01a205aa-cb6a-75fc-94de-ef603ee1f01a", "not-an-id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"]
        {
            w.get(&format!("/tasks/{id}/events")).send().await.problem(404, "task_not_found");
        }
        let id = w.submit_id(task()).await;
        w.client()
            .get(&format!("/v1/swarms/nobody-made-this/tasks/{id}/events"))
            .send()
            .await
            .problem(404, "swarm_not_found");
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("limit=x", "limit"),
            ("cursor=x", "cursor"),
            ("cursor=1-1.16", "cursor"),
            ("after=1-1.1", "after"),
        ] {
            let problem =
                w.get(&format!("/tasks/{id}/events?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"), "{query}");
        }
    });
}
