use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{SHORT_TTL_MS, look, names, register, until_agent};
use crate::tasks::support::fields;

#[test]
fn agents_are_listed_in_the_order_of_their_names() {
    in_a_swarm(async |w| {
        for name in ["b", "a:1", "B", "a"] {
            register(&w, name, json!({})).await;
        }
        let page = w.get("/agents").send().await.ok();
        assert_eq!(fields(&page), ["items", "next_cursor"]);
        assert_eq!(page["items"][1], look(&w, "a").await);
        assert_eq!(names(&w, "").await, ["B", "a", "a:1", "b"]);
    });
}

#[test]
fn pages_hold_as_many_as_asked_and_leave_nobody_out() {
    in_a_swarm(async |w| {
        let all: Vec<_> = (0..7).map(|n| format!("a{n}")).collect();
        for name in &all {
            register(&w, name, json!({})).await;
        }
        let page = w.get("/agents?limit=3").send().await.ok();
        assert_eq!(page["items"].as_array().unwrap().len(), 3);
        // Whoever goes and comes meanwhile does not keep the others from being seen.
        w.delete("/agents/a2").send().await.expect(204);
        register(&w, "a22", json!({})).await;
        let cursor = page["next_cursor"].as_str().unwrap();
        let page = w.get(&format!("/agents?cursor={cursor}")).send().await.ok();
        let behind: Vec<_> = page["items"].as_array().unwrap().iter().map(|agent| &agent["name"]).collect();
        assert_eq!(behind, ["a22", "a3", "a4", "a5", "a6"]);
        assert_eq!(names(&w, "limit=1").await.len(), 7);
    });
}

#[test]
fn filters_find_agents_by_status_and_by_what_they_are_registered_with() {
    in_a_swarm(async |w| {
        register(&w, "live", json!({"capabilities": ["rust", "go"]})).await;
        register(&w, "draining", json!({"capabilities": ["rust"]})).await;
        register(&w, "lost", json!({"capabilities": ["go"], "ttl_ms": SHORT_TTL_MS})).await;
        w.post("/agents/draining/drain").send().await.ok();
        until_agent(&w, "lost", "lost").await;
        for status in ["live", "draining", "lost"] {
            assert_eq!(names(&w, &format!("status={status}")).await, [status]);
        }
        assert_eq!(names(&w, "capability=rust").await, ["draining", "live"]);
        assert_eq!(names(&w, "capability=go&status=lost&limit=1").await, ["lost"]);
        assert!(names(&w, "capability=rus").await.is_empty());
    });
}

#[test]
fn each_wrong_parameter_is_refused_by_its_name() {
    in_a_swarm(async |w| {
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=501", "/limit"),
            ("limit=x", "/limit"),
            ("status=gone", "/status"),
            ("capability=a%20b", "/capability"),
            ("cursor=", "/cursor"),
            ("cursor=zz", "/cursor"),
            ("cursor=2d61", "/cursor"),
            ("stauts=live", "/stauts"),
        ] {
            let problem = w.get(&format!("/agents?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    });
}
