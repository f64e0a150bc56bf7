use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{address, delete, get, increment, keys, page, patching, put};

#[test]
fn a_slash_in_a_key_may_stand_as_it_is_or_encoded() {
    in_a_swarm(async |w| {
        for (plain, encoded) in
            [("a/b", "a%2Fb"), ("a/b/c/d", "a%2Fb%2fc%2Fd"), ("x/increment", "x%2Fincrement"), ("/a", "%2Fa")]
        {
            assert_eq!(put(&w, plain, 1).await["key"], plain);
            assert_eq!(get(&w, encoded).await, get(&w, plain).await);
            patching(&w, plain, json!({"p": 1})).send().await.ok();
            assert_eq!(get(&w, encoded).await["value"], json!({"p": 1}));
            delete(&w, plain).await.expect(204);
            w.get(&address(encoded)).send().await.problem(404, "state_not_found");
        }
    });
}

#[test]
fn an_increment_counts_the_key_before_its_last_segment() {
    in_a_swarm(async |w| {
        for key in ["n", "a/n", "a%2Fm", "increment", "a/increment", "a%2Fb%2Fincrement"] {
            increment(&w, key, 1).await.expect(201);
        }
        assert_eq!(
            keys(&page(&w, "").await),
            ["a/b/increment", "a/increment", "a/m", "a/n", "increment", "n"]
        );
        w.post("/state/a%2Fincrement").json(json!({})).send().await.problem(405, "method_not_allowed");
        w.post("/state/a/b%2Fincrement").json(json!({})).send().await.problem(405, "method_not_allowed");
    });
}
