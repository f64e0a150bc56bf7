use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

#[test]
fn queues_are_listed_by_name_in_pages() {
    in_a_swarm(async |w| {
        for name in ["c", "a", "b"] {
            w.submit(task().queue(name)).await;
        }
        w.put("/queues/d").json(json!({"concurrency": 1})).send().await.expect(201);
        let first = w.get("/queues?limit=3").send().await.ok();
        let names = |page: &Value| -> Vec<Value> {
            page["items"].as_array().unwrap().iter().map(|queue| queue["name"].clone()).collect()
        };
        assert_eq!(names(&first), ["a", "b", "c"]);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = w.get(&format!("/queues?limit=3&cursor={cursor}")).send().await.ok();
        assert_eq!((names(&second), &second["next_cursor"]), (vec![json!("d")], &json!(null)));
        w.get("/queues?limit=0").send().await.problem(422, "validation");
        w.get("/queues?cursor=%20").send().await.problem(422, "validation");
    });
}
