use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{delete, get, items, keys, page, put, version};

/// All keys of a list, page by page.
async fn walk(w: &World, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page(w, &format!("{query}{cursor}")).await;
        all.extend(keys(&page).into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[test]
fn keys_are_listed_in_their_order_with_their_values() {
    in_a_swarm(async |w| {
        assert_eq!(page(&w, "").await, json!({"items": [], "next_cursor": null, "version": 0}));
        for key in ["b", "a", "c"] {
            put(&w, key, key).await;
        }
        let page = page(&w, "").await;
        assert_eq!(keys(&page), ["a", "b", "c"]);
        assert_eq!((&page["next_cursor"], &page["version"]), (&Value::Null, &json!(3)));
        for item in items(&page) {
            assert_eq!(item, &get(&w, item["key"].as_str().unwrap()).await);
        }
    });
}

#[test]
fn a_prefix_leaves_out_what_does_not_begin_so() {
    in_a_swarm(async |w| {
        for key in ["vote", "vote%2Fa", "vote%2Fb", "voter", "w", "%C3%A4", "%C3%A5", "z"] {
            put(&w, key, 1).await;
        }
        assert_eq!(walk(&w, "prefix=vote/").await, ["vote/a", "vote/b"]);
        assert_eq!(walk(&w, "prefix=vote").await, ["vote", "vote/a", "vote/b", "voter"]);
        assert_eq!(walk(&w, "prefix=%C3%A4").await, ["ä"]);
        assert_eq!(walk(&w, "prefix=vote/c").await, [""; 0]);
        assert_eq!(walk(&w, "prefix=").await.len(), 8);
    });
}

#[test]
fn pages_come_one_after_the_other_and_the_last_one_has_no_cursor() {
    in_a_swarm(async |w| {
        let names: Vec<String> = (10..22).map(|n| format!("k{n}")).collect();
        for name in &names {
            put(&w, name, 1).await;
        }
        for limit in [1, 3, 4, 12, 500] {
            assert_eq!(walk(&w, &format!("limit={limit}")).await, names, "{limit}");
        }
        assert_eq!(page(&w, "limit=12").await["next_cursor"], Value::Null, "a full page may be the last one");
    });
}

#[test]
fn keys_that_come_and_go_between_pages_leave_no_gap() {
    in_a_swarm(async |w| {
        for key in ["a", "b", "c", "d"] {
            put(&w, key, 1).await;
        }
        let first = page(&w, "limit=2").await;
        delete(&w, "b").await.expect(204);
        put(&w, "aa", 1).await;
        put(&w, "bb", 1).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = page(&w, &format!("limit=10&cursor={cursor}")).await;
        assert_eq!(keys(&second), ["bb", "c", "d"]);
        assert_eq!(
            second["version"], first["version"],
            "a watch from here hears of all that changed meanwhile"
        );
        let since = page(&w, &format!("since_version={}", version(&second))).await;
        assert_eq!(keys(&since), ["b", "aa", "bb"]);
    });
}

#[test]
fn a_page_of_large_values_is_cut_and_goes_on() {
    in_a_swarm(async |w| {
        let names: Vec<String> = (0..9).map(|n| format!("k{n}")).collect();
        for name in &names {
            put(&w, name, "x".repeat(1_000_000)).await;
        }
        let page = page(&w, "").await;
        assert!((4..9).contains(&items(&page).len()), "{}", items(&page).len());
        assert_eq!(walk(&w, "").await, names);
        assert_eq!(walk(&w, "since_version=0").await, names);
    });
}

#[test]
fn each_wrong_parameter_is_refused_by_its_name() {
    in_a_swarm(async |w| {
        for key in ["a", "b"] {
            put(&w, key, 1).await;
        }
        let first = page(&w, "limit=1").await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let watching = page(&w, "limit=1&since_version=0").await;
        let watching = watching["next_cursor"].as_str().unwrap();
        let long = "x".repeat(513);
        for (query, pointer) in [
            ("limit=0".to_owned(), "/limit"),
            ("limit=501".to_owned(), "/limit"),
            ("limit=x".to_owned(), "/limit"),
            (format!("prefix={long}"), "/prefix"),
            ("prefix=%0a".to_owned(), "/prefix"),
            ("cursor=zz".to_owned(), "/cursor"),
            ("cursor=6b2078".to_owned(), "/cursor"),
            (format!("prefix=b&cursor={cursor}"), "/cursor"),
            (format!("since_version=0&cursor={cursor}"), "/cursor"),
            (format!("cursor={watching}"), "/cursor"),
            ("since_version=-1".to_owned(), "/since_version"),
            ("since_version=x".to_owned(), "/since_version"),
            ("wait_ms=60001".to_owned(), "/wait_ms"),
            ("prefx=a".to_owned(), "/prefx"),
        ] {
            let reply = w.get(&format!("/state?{query}")).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], pointer, "{query}");
        }
        w.beside("never-made").get("/state").send().await.problem(404, "swarm_not_found");
    });
}
