use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{address, on, page, putting};

async fn assert_untouched(w: &World) {
    assert_eq!(page(w, "since_version=0").await, json!({"items": [], "next_cursor": null, "version": 0}));
}

#[test]
fn what_is_no_key_is_refused_by_every_operation() {
    in_a_swarm(async |w| {
        let (long, wide) = ("x".repeat(513), "%C3%A4".repeat(257));
        for key in ["a%0ab", "%00", "%7F", "%C2%85", "%09", long.as_str(), wide.as_str()] {
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
                let reply = on(&w, method, key).json(json!({"value": 1})).send().await;
                assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/key", "{key}");
            }
            let reply = w.post(&format!("/state/{key}/increment")).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/key", "{key}");
        }
        putting(&w, "%ff", 1).send().await.problem(400, "bad_request");
        assert_untouched(&w).await;
    });
}

#[test]
fn a_key_of_ten_kilobytes_is_refused_before_anything_reads_it() {
    in_a_swarm(async |w| {
        // Longer addresses are refused by the connection itself, without a body.
        let reply = putting(&w, &"x".repeat(4_100), 1).send().await;
        reply.problem(414, "too_large");
        let reply = putting(&w, &"x".repeat(10_240), 1).send().await;
        assert!(matches!(reply.status, 414 | 431), "{}", reply.text);
        assert_untouched(&w).await;
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        for (body, pointer) in [
            (json!({}), "/value"),
            (json!({"value": 1, "ttl": 5}), "/ttl"),
            (json!({"value": 1, "version": 5}), "/version"),
            (json!([1]), ""),
            (json!("x"), ""),
            (Value::Null, ""),
        ] {
            let reply = w.put(&address("k")).json(body.clone()).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], pointer, "{body}");
        }
        let reply = w.put(&address("k")).raw(r#"{"value":1,"value":2}"#).send().await;
        reply.problem(422, "validation");
        w.put(&address("k")).raw(r#"{"value":"\ud800"}"#).send().await.problem(400, "malformed_json");
        w.put(&address("k")).untyped("{\"value\":1}").send().await.problem(415, "unsupported_media_type");
        assert_untouched(&w).await;
    });
}

#[test]
fn conditions_that_cannot_be_read_are_refused_by_their_header() {
    in_a_swarm(async |w| {
        for name in ["If-Match", "If-None-Match"] {
            for bad in ["", "7", "\"7", "abc", "\"7\" \"8\"", "*, \"7\"", "W/7", "\"ä\""] {
                let reply = putting(&w, "k", 1).header(name, bad).send().await;
                let problem = reply.problem(422, "validation");
                assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"), "{bad}");
            }
        }
        assert_untouched(&w).await;
    });
}

#[test]
fn values_that_are_too_large_are_refused() {
    in_a_swarm(async |w| {
        let reply = putting(&w, "k", "x".repeat(3 * 1_024 * 1_024)).send().await;
        assert!(matches!(reply.status, 413 | 422), "{}", reply.text);
        assert_untouched(&w).await;
    });
}

#[test]
fn addresses_around_a_key_are_not_found() {
    in_a_swarm(async |w| {
        for path in ["/state/", "/state/a/"] {
            w.get(path).send().await.problem(404, "not_found");
        }
        w.post("/state/a").json(json!({})).send().await.problem(405, "method_not_allowed");
        w.post("/state").json(json!({})).send().await.problem(405, "method_not_allowed");
        w.post("/state/a/b").json(json!({})).send().await.problem(405, "method_not_allowed");
        assert_untouched(&w).await;
    });
}
