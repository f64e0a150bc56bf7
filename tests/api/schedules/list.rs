use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{get, put, yearly};

#[test]
fn schedules_are_listed_in_the_order_of_their_names_page_by_page() {
    in_a_swarm(async |w| {
        for name in ["c", "a", "b", "d"] {
            put(&w, name, &yearly()).await.expect(201);
        }
        let first = w.get("/schedules?limit=3").send().await.ok();
        let names: Vec<_> = first["items"].as_array().unwrap().iter().map(|item| &item["name"]).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(first["items"][0], get(&w, "a").await);
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = w.get(&format!("/schedules?limit=3&cursor={cursor}")).send().await.ok();
        assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
        assert_eq!(second["items"][0]["name"], json!("d"));
    });
}

#[test]
fn a_limit_or_a_cursor_that_is_none_is_refused() {
    in_a_swarm(async |w| {
        for query in ["limit=0", "limit=501", "cursor=zz", "colour=1"] {
            w.get(&format!("/schedules?{query}")).send().await.problem(422, "validation");
        }
    });
}

#[test]
fn a_swarm_has_a_thousand_schedules_at_most() {
    in_a_swarm(async |w| {
        for n in 0..1_000 {
            put(&w, &format!("s{n}"), &yearly()).await.expect(201);
        }
        put(&w, "one-more", &yearly()).await.problem(429, "too_many_schedules");
        put(&w, "s7", &yearly()).await.expect(200);
        w.delete("/schedules/s8").send().await.expect(204);
        put(&w, "one-more", &yearly()).await.expect(201);
    });
}
