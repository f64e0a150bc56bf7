use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, uses_cluster};

use super::support::{ENTRY_FIELDS, address, delete, get, put, putting, tag, value, version};
use crate::tasks::support::{fields, stamp};

#[test]
fn a_key_is_made_and_then_changed() {
    in_a_swarm(async |w| {
        let made = putting(&w, "plan", json!({"step": 1})).send().await;
        assert_eq!((made.status, made.header("etag")), (201, tag(&made.body).as_str()));
        assert_eq!(fields(&made.body), ENTRY_FIELDS);
        assert_eq!(
            (&made.body["key"], &made.body["value"], &made.body["updated_by"]),
            (&json!("plan"), &json!({"step": 1}), &Value::Null)
        );
        assert!(stamp(&made.body["updated_at"]) > 0);
        assert_eq!(get(&w, "plan").await, made.body);
        let changed = putting(&w, "plan", json!({"step": 2})).send().await;
        assert_eq!((changed.status, changed.header("etag")), (200, tag(&changed.body).as_str()));
        assert!(version(&changed.body) > version(&made.body));
        assert_eq!(get(&w, "plan").await, changed.body);
    });
}

#[test]
fn versions_rise_by_one_with_each_change_in_the_swarm() {
    in_a_swarm(async |w| {
        for (key, expected) in [("a", 1), ("b", 2), ("a", 3)] {
            assert_eq!(version(&put(&w, key, 0).await), expected);
        }
        delete(&w, "a").await.expect(204);
        assert_eq!(version(&put(&w, "a", 0).await), 5);
    });
}

#[test]
fn a_value_is_any_json_and_comes_back_as_it_was_written() {
    in_a_swarm(async |w| {
        for text in [
            "null",
            "false",
            "0",
            "-1.50e+2",
            "12345678901234567890.10",
            "\"ä\\u00e4\"",
            "[]",
            r#"{ "b":1, "a":2 }"#,
        ] {
            let reply = w.put(&address("k")).raw(format!("{{\"value\":{text}}}")).send().await;
            assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
            assert!(reply.text.contains(&format!("\"value\":{text},")), "{}", reply.text);
            let reply = w.get(&address("k")).send().await;
            assert!(reply.text.contains(&format!("\"value\":{text},")), "{}", reply.text);
        }
    });
}

#[test]
fn a_value_of_one_mebibyte_is_kept_compressed_and_one_more_byte_is_refused() {
    in_a_swarm(async |w| {
        // Its quotation marks belong to the value.
        let largest = "x".repeat((1 << 20) - 2);
        let entry = put(&w, "k", largest.clone()).await;
        assert_eq!(value(&w, "k").await, largest);
        let reply = putting(&w, "k", format!("{largest}x")).send().await;
        assert_eq!(reply.problem(422, "validation")["errors"][0]["pointer"], "/value");
        assert_eq!(get(&w, "k").await, entry);
        if !uses_cluster() {
            let stored: Vec<usize> = w.service().redis(&format!("STRLEN wg:{{{}}}:v:k", w.swarm()));
            assert!(stored[0] < 20_000, "{stored:?}");
        }
    });
}

#[test]
fn if_match_admits_the_version_that_the_key_has_and_no_other() {
    in_a_swarm(async |w| {
        let first = put(&w, "k", 1).await;
        let second = putting(&w, "k", 2).header("if-match", &tag(&first)).send().await;
        assert_eq!(second.status, 200);
        let problem = putting(&w, "k", 3).header("if-match", &tag(&first)).send().await;
        assert_eq!(problem.problem(412, "version_mismatch")["version"], second.body["version"]);
        assert_eq!(get(&w, "k").await, second.body);
        let either = format!("\"99999\", {}", tag(&second.body));
        putting(&w, "k", 4).header("if-match", &either).send().await.ok();
        putting(&w, "k", 5).header("if-match", "*").send().await.ok();
    });
}

#[test]
fn versions_that_never_existed_match_nothing() {
    in_a_swarm(async |w| {
        let entry = put(&w, "k", 1).await;
        for never in
            ["\"0\"", "\"999999\"", "\"99999999999999999999\"", "\"abc\"", "\"01\"", "W/\"1\"", "\"-1\""]
        {
            let reply = putting(&w, "k", 2).header("if-match", never).send().await;
            assert_eq!(reply.problem(412, "version_mismatch")["version"], 1, "{never}");
        }
        assert_eq!(get(&w, "k").await, entry);
    });
}

#[test]
fn if_match_on_a_key_that_does_not_exist_is_a_mismatch() {
    in_a_swarm(async |w| {
        for matching in ["\"1\"", "*", "\"0\""] {
            let reply = putting(&w, "k", 1).header("if-match", matching).send().await;
            assert_eq!(reply.problem(412, "version_mismatch")["version"], 0, "{matching}");
        }
        w.get(&address("k")).send().await.problem(404, "state_not_found");
    });
}

#[test]
fn if_none_match_star_makes_a_key_and_never_changes_one() {
    in_a_swarm(async |w| {
        let made = putting(&w, "k", 1).header("if-none-match", "*").send().await.expect(201);
        let reply = putting(&w, "k", 2).header("if-none-match", "*").send().await;
        assert_eq!(reply.problem(412, "version_mismatch")["version"], made["version"]);
        assert_eq!(get(&w, "k").await, made);
        delete(&w, "k").await.expect(204);
        putting(&w, "k", 3).header("if-none-match", "*").send().await.expect(201);
    });
}

#[test]
fn keys_are_any_text_without_control_characters() {
    in_a_swarm(async |w| {
        let longest = "k".repeat(512);
        for (address, key) in [
            ("a%20b", "a b"),
            ("%C3%A4%E6%97%A5", "ä日"),
            ("a%2Fb%2Fc", "a/b/c"),
            ("%2F", "/"),
            ("%7D%3Ax%7B", "}:x{"),
            ("%25%32%46", "%2F"),
            ("a+b", "a+b"),
            ("*", "*"),
            (longest.as_str(), longest.as_str()),
        ] {
            assert_eq!(put(&w, address, key).await["key"], key, "{address}");
            assert_eq!(get(&w, address).await["value"], key, "{address}");
        }
    });
}

#[test]
fn the_swarm_in_the_address_may_be_encoded_too() {
    in_a_swarm(async |w| {
        put(&w, "k", 1).await;
        let encoded: String = w.swarm().bytes().map(|byte| format!("%{byte:02X}")).collect();
        let reply = w.client().get(&format!("/v1/swarms/{encoded}/state/k")).send().await;
        assert_eq!(reply.ok()["value"], 1);
        putting(&w.beside("never-made"), "k", 1).send().await.problem(404, "swarm_not_found");
    });
}
