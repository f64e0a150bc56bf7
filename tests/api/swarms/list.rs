use waggle_tests::in_a_swarm;

use super::support::{SWARM_FIELDS, another, delete, fields, names};

#[test]
fn a_list_holds_every_swarm_once_in_the_order_of_names_and_default_among_them() {
    in_a_swarm(async |w| {
        for n in 0..5 {
            w.client().put(&format!("{}-{n}", another(&w))).send().await.expect(201);
        }
        for limit in [1, 3, 500] {
            let names = names(&w, limit).await;
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(names, sorted, "limit {limit}");
            for n in 0..5 {
                assert!(names.contains(&format!("{}-another-{n}", w.swarm())), "{names:?}");
            }
            assert!(names.contains(&"default".to_owned()) && names.contains(&w.swarm().to_owned()));
        }
    });
}

#[test]
fn a_swarm_is_shown_as_by_itself() {
    in_a_swarm(async |w| {
        let page = w.client().get("/v1/swarms?limit=500").send().await.ok();
        assert_eq!(fields(&page), ["items", "next_cursor"]);
        let listed = page["items"].as_array().unwrap().iter().find(|item| item["name"] == w.swarm()).unwrap();
        assert_eq!(fields(listed), SWARM_FIELDS);
        assert_eq!(*listed, w.get("").send().await.ok());
    });
}

#[test]
fn a_swarm_that_was_deleted_is_in_no_list() {
    in_a_swarm(async |w| {
        w.client().put(&another(&w)).send().await.expect(201);
        delete(&w, &another(&w)).await.expect(202);
        assert!(!names(&w, 500).await.contains(&format!("{}-another", w.swarm())));
    });
}

#[test]
fn what_is_no_limit_no_cursor_or_no_parameter_is_refused() {
    in_a_swarm(async |w| {
        for (query, pointer) in [
            ("limit=0", "/limit"),
            ("limit=501", "/limit"),
            ("limit=x", "/limit"),
            ("cursor=zz", "/cursor"),
            ("cursor=", "/cursor"),
            ("cursor=2a7d3a", "/cursor"),
            ("page=2", "/page"),
        ] {
            let problem =
                w.client().get(&format!("/v1/swarms?{query}")).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
        }
    });
}
