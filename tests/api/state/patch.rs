use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::in_a_swarm;

use super::support::{address, get, on, patching, put, tag, value, version};

#[test]
fn a_patch_changes_what_it_names_and_nothing_else() {
    in_a_swarm(async |w| {
        let entry = put(&w, "k", json!({"a": {"b": 1, "c": 2}, "d": [1, 2], "e": "x"})).await;
        let reply =
            patching(&w, "k", json!({"a": {"b": null, "n": {"o": null}}, "d": [3], "f": 1})).send().await;
        assert_eq!((reply.status, reply.header("etag")), (200, tag(&reply.body).as_str()));
        assert_eq!(reply.body["value"], json!({"a": {"c": 2, "n": {}}, "d": [3], "e": "x", "f": 1}));
        assert_eq!(version(&reply.body), version(&entry) + 1);
        assert_eq!(get(&w, "k").await, reply.body);
    });
}

#[test]
fn both_media_types_are_patches_and_no_other() {
    in_a_swarm(async |w| {
        put(&w, "k", json!({})).await;
        for (kind, name) in [("application/merge-patch+json", "a"), ("application/json; charset=utf-8", "b")]
        {
            let patch = on(&w, Method::PATCH, "k").header("content-type", kind);
            patch.untyped(format!("{{\"{name}\":1}}")).send().await.ok();
        }
        let before = get(&w, "k").await;
        assert_eq!(before["value"], json!({"a": 1, "b": 1}));
        for kind in ["application/json-patch+json", "text/plain"] {
            let patch = on(&w, Method::PATCH, "k").header("content-type", kind).untyped("{\"c\":1}");
            patch.send().await.problem(415, "unsupported_media_type");
        }
        on(&w, Method::PATCH, "k").untyped("{\"c\":1}").send().await.problem(415, "unsupported_media_type");
        assert_eq!(get(&w, "k").await, before);
    });
}

#[test]
fn a_patch_keeps_every_digit_it_does_not_name() {
    in_a_swarm(async |w| {
        let value = r#"{"n":12345678901234567890.1000,"m":1e2}"#;
        w.put(&address("k")).raw(format!("{{\"value\":{value}}}")).send().await.expect(201);
        let reply = on(&w, Method::PATCH, "k").raw(r#"{"p":0.10}"#).send().await;
        assert!(
            reply.text.contains(r#""value":{"n":12345678901234567890.1000,"m":1e2,"p":0.10}"#),
            "{}",
            reply.text
        );
    });
}

#[test]
fn a_patch_of_a_key_that_does_not_exist_makes_it() {
    in_a_swarm(async |w| {
        let made = patching(&w, "k", json!({"a": 1, "b": null})).send().await.expect(201);
        assert_eq!(made["value"], json!({"a": 1}));
        assert_eq!(get(&w, "k").await, made);
    });
}

#[test]
fn a_value_that_is_no_object_is_replaced_by_one() {
    in_a_swarm(async |w| {
        for other in [json!(5), json!([1]), Value::Null, json!("x")] {
            put(&w, "k", other).await;
            patching(&w, "k", json!({"a": 1})).send().await.ok();
            assert_eq!(value(&w, "k").await, json!({"a": 1}));
        }
    });
}

#[test]
fn a_patch_may_name_the_version_it_changes() {
    in_a_swarm(async |w| {
        let first = put(&w, "k", json!({})).await;
        let second = patching(&w, "k", json!({"a": 1})).header("if-match", &tag(&first)).send().await.ok();
        let reply = patching(&w, "k", json!({"a": 2})).header("if-match", &tag(&first)).send().await;
        assert_eq!(reply.problem(412, "version_mismatch")["version"], second["version"]);
        let reply = patching(&w, "k", json!({"a": 2})).header("if-none-match", "*").send().await;
        assert_eq!(reply.problem(412, "version_mismatch")["version"], second["version"]);
        let reply = patching(&w, "other", json!({"a": 2})).header("if-match", "*").send().await;
        assert_eq!(reply.problem(412, "version_mismatch")["version"], 0);
        assert_eq!(get(&w, "k").await, second);
    });
}

#[test]
fn patches_that_are_no_objects_are_refused_and_change_nothing() {
    in_a_swarm(async |w| {
        let entry = put(&w, "k", json!({"a": 1})).await;
        for patch in ["[]", "[{\"op\":\"remove\",\"path\":\"/a\"}]", "null", "5", "\"x\"", "true"] {
            let reply = on(&w, Method::PATCH, "k").raw(patch).send().await;
            assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "", "{patch}");
        }
        for patch in ["", "{", "{\"a\":}", "{\"a\":1e999}"] {
            on(&w, Method::PATCH, "k").raw(patch).send().await.problem(400, "malformed_json");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(63), "]".repeat(63));
        on(&w, Method::PATCH, "k").raw(deep).send().await.problem(422, "validation");
        assert_eq!(get(&w, "k").await, entry);
    });
}

#[test]
fn patches_cannot_make_a_value_larger_than_one_that_may_be_put() {
    in_a_swarm(async |w| {
        let entry = put(&w, "k", json!({"a": "x".repeat(600_000)})).await;
        patching(&w, "k", json!({"b": "x".repeat(600_000)})).send().await.problem(422, "validation");
        assert_eq!(get(&w, "k").await, entry);
        patching(&w, "k", json!({"a": null, "b": "x".repeat(600_000)})).send().await.ok();
    });
}
