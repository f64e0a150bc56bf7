use reqwest::Method;
use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{address, on, put, tag};

#[test]
fn a_key_that_never_was_is_not_found() {
    in_a_swarm(async |w| {
        w.get(&address("k")).send().await.problem(404, "state_not_found");
        w.beside("never-made").get(&address("k")).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn a_reader_who_has_the_version_is_not_sent_it_again() {
    in_a_swarm(async |w| {
        let entry = put(&w, "k", json!([1, 2])).await;
        let reply = w.get(&address("k")).header("if-none-match", &tag(&entry)).send().await;
        assert_eq!(
            (reply.status, reply.text.as_str(), reply.header("etag")),
            (304, "", tag(&entry).as_str())
        );
        let changed = put(&w, "k", 3).await;
        let reply = w.get(&address("k")).header("if-none-match", &tag(&entry)).send().await;
        assert_eq!((reply.header("etag"), &reply.body), (tag(&changed).as_str(), &changed));
    });
}

#[test]
fn a_head_says_the_version_alone() {
    in_a_swarm(async |w| {
        let entry = put(&w, "k", 1).await;
        let reply = on(&w, Method::HEAD, "k").send().await;
        assert_eq!(
            (reply.status, reply.header("etag"), reply.text.as_str()),
            (200, tag(&entry).as_str(), "")
        );
        assert_eq!(on(&w, Method::HEAD, "other").send().await.status, 404);
    });
}

#[test]
fn the_states_of_two_swarms_stand_apart() {
    in_a_swarm(async |w| {
        let other = w.beside(&format!("{}-other", w.swarm()));
        w.client().put(&other.path("")).send().await.expect(201);
        put(&w, "k", 1).await;
        other.get(&address("k")).send().await.problem(404, "state_not_found");
        assert_eq!(put(&other, "k", 2).await["version"], 1);
        assert_eq!(w.get(&address("k")).send().await.ok()["value"], 1);
    });
}
