//! Conventions that all operations share.

use reqwest::Method;
use serde_json::{Value, json};
use waggle_tests::{Raw, in_a_swarm, task};

/// Fault: input-deep
#[test]
fn sixty_four_levels_are_still_taken() {
    in_a_swarm(async |w| {
        let nested = format!("{}{}", "[".repeat(63), "]".repeat(63));
        let reply = w.post("/tasks").raw(format!("{{\"payload\":{nested}}}")).send().await;
        assert!(reply.text.contains(&nested));
        reply.expect(201);
        let held = w.claim_one("a").await;
        let result = format!("{{\"lease\":\"{}\",\"result\":{nested}}}", held.token);
        w.post(&format!("/tasks/{}/complete", held.id)).raw(result).send().await.ok();
    });
}

#[test]
fn free_text_may_hold_anything_but_its_length_is_bounded() {
    in_a_swarm(async |w| {
        for text in ["a\u{0}b", "\r\n", "{x}:*", "\u{202e}😀", "t\\\"'"] {
            let id = w.submit_id(task().with("type", text).dedup_key(text).payload(text)).await;
            let again = w.post("/tasks").json(task().dedup_key(text)).send().await.expect(200);
            assert_eq!(again["id"], id.as_str());
            let held = w.claim_with(json!({"agent": "a", "claim_id": text})).await;
            assert_eq!((held[0].id.as_str(), &held[0].task["type"]), (id.as_str(), &json!(text)));
            assert_eq!(w.claim_with(json!({"agent": "a", "claim_id": text})).await, held);
            w.complete(&held[0], text).await.ok();
        }
    });
}

#[test]
fn an_address_that_is_none_is_404_and_a_method_that_is_none_405() {
    in_a_swarm(async |w| {
        for path in [
            "/",
            "/v1",
            "/v1/swarm",
            "/v2/swarms/default/tasks",
            "/v1/swarms/default/tasks/",
            "/v1/swarms/default/nothing",
        ] {
            w.client().get(path).send().await.problem(404, "not_found");
        }
        for (method, path, allowed) in [
            (Method::DELETE, w.path("/tasks"), &["GET", "POST"][..]),
            (Method::GET, w.path("/claims"), &["POST"]),
            (Method::PUT, "/health/live".to_owned(), &["GET"]),
            (Method::PATCH, w.path(""), &["DELETE", "GET", "PUT"]),
            (Method::OPTIONS, w.path("/claims"), &["POST"]),
        ] {
            let reply = w.client().request(method.clone(), &path).send().await;
            let allow = reply.header("allow").to_owned();
            reply.problem(405, "method_not_allowed");
            assert!(allowed.iter().all(|method| allow.contains(method)), "{method} {path}: {allow}");
        }
    });
}

/// Fault: page-of-another-site
#[test]
fn a_page_of_another_site_changes_nothing_by_way_of_a_browser() {
    in_a_swarm(async |w| {
        let host = w.service().address();
        let mine = format!("http://{host}");
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://localhost:1"),
            ("origin", "null"),
        ] {
            let sent = |method: Method, path: String| w.client().request(method, &path).header(header, value);
            let submit = sent(Method::POST, w.path("/tasks")).json(task()).send().await;
            let problem = submit.problem(403, "cross_site");
            assert_eq!(problem["retryable"], false, "{header}: {value}");
            sent(Method::DELETE, w.path("")).send().await.problem(403, "cross_site");
            sent(Method::POST, "/perf/validate".to_owned()).send().await.problem(403, "cross_site");
            sent(Method::GET, w.path("/tasks")).send().await.ok();
        }
        assert_eq!(w.client().get(&w.path("/stats")).send().await.ok()["tasks"]["ready"], 0);
        for (header, value) in
            [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none"), ("origin", mine.as_str())]
        {
            w.post("/tasks").header(header, value).json(task()).send().await.expect(201);
        }
    });
}

#[test]
fn head_answers_as_get_without_a_body() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let path = w.path(&format!("/tasks/{id}"));
        let (get, head) =
            (w.client().get(&path).send().await, w.client().request(Method::HEAD, &path).send().await);
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert_eq!(head.header("content-type"), get.header("content-type"));
        let missing = w.client().request(Method::HEAD, "/nowhere").send().await;
        assert_eq!((missing.status, missing.text.as_str()), (404, ""));
    });
}

#[test]
fn every_answer_carries_the_id_of_its_request() {
    in_a_swarm(async |w| {
        let paths = [w.path("/tasks"), "/health/live".to_owned(), "/nowhere".to_owned(), w.path("/claims")];
        for path in &paths {
            let given = w.client().get(path).header("x-request-id", "my-id/7").send().await;
            assert_eq!(given.header("x-request-id"), "my-id/7");
            let (one, two) = (w.client().get(path).send().await, w.client().get(path).send().await);
            assert!(!one.header("x-request-id").is_empty());
            assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
        }
        for useless in ["with space", &"x".repeat(129)] {
            let reply = w.client().get("/nowhere").header("x-request-id", useless).send().await;
            assert_ne!(reply.header("x-request-id"), useless);
            reply.problem(404, "not_found");
        }
    });
}

#[test]
fn a_problem_says_where_it_happened() {
    in_a_swarm(async |w| {
        let path = w.path("/tasks/0193a0de-0000-7000-8000-000000000000");
        let problem =
            w.client().get(&format!("{path}?wait_ms=0")).send().await.problem(404, "task_not_found");
        assert_eq!(problem["instance"], path);
        assert!(problem["type"].as_str().unwrap().ends_with("task_not_found"));
    });
}

#[test]
fn preferences_nobody_knows_are_ignored_and_a_wait_is_capped_or_overruled() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        for prefer in ["respond-async", "wait=soon", "handling=lenient; x=y, foo", ""] {
            let reply = w
                .post("/claims")
                .header("prefer", prefer)
                .json(json!({"agent": "a", "queues": ["none"]}))
                .send()
                .await;
            assert_eq!(reply.header("preference-applied"), "", "{prefer}");
            reply.ok();
        }
        let reply =
            w.post("/claims").header("prefer", "wait=100000").json(json!({"agent": "a"})).send().await;
        assert_eq!(reply.header("preference-applied"), "wait=60");
        let reply = w
            .post("/claims")
            .header("prefer", "wait=60")
            .json(json!({"agent": "a", "wait_ms": 10}))
            .send()
            .await;
        assert_eq!((reply.header("preference-applied"), reply.status), ("", 200));
    });
}

#[test]
fn requests_can_follow_each_other_on_one_connection_without_waiting() {
    in_a_swarm(async |w| {
        let mut raw = Raw::connect(&w.service().address()).await;
        let get = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
        raw.send(format!(
            "{get}{get}GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        ))
        .await;
        let answer = raw.read(true).await;
        assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3);
    });
}

#[test]
fn numbers_keep_all_their_digits() {
    in_a_swarm(async |w| {
        let number = "123456789012345678901234567890.123456789012345678901234567890";
        let reply = w.post("/tasks").raw(format!("{{\"payload\":{number}}}")).send().await;
        assert!(reply.text.contains(number));
        assert_eq!(reply.status, 201);
    });
}

#[test]
fn an_empty_object_where_a_body_is_not_needed_does_no_harm() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let cancelled = w.on(&id, "cancel", json!({})).await.ok();
        assert_eq!(cancelled["status"], "cancelled");
        assert_eq!(w.on(&id, "retry", Value::Null).await.ok()["status"], "ready");
    });
}
