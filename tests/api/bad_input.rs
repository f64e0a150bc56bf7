//! Input that is wrong in every way anybody thought of.

use reqwest::Method;
use serde_json::json;
use waggle_tests::{Raw, World, in_a_swarm, task};

/// Nothing was stored and the next request works.
async fn assert_untouched(w: &World) {
    assert!(w.pages("").await.is_empty(), "nothing is stored");
    let id = w.submit_id(task()).await;
    let held = w.claim_one("after").await;
    assert_eq!(held.id, id);
    w.complete(&held, 1).await.ok();
}

/// Fault: input-malformed, input-deep
#[test]
fn what_is_not_json_is_400_and_stores_nothing() {
    in_a_swarm(async |w| {
        let deep =
            |levels: usize| format!("{{\"payload\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        let objects = format!("{{\"payload\":{}1{}}}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        let bodies: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"{".to_vec(),
            b"{\"payload\":}".to_vec(),
            b"{\"payload\":1}}".to_vec(),
            b"{\"payload\":1} {}".to_vec(),
            b"{'payload':1}".to_vec(),
            b"{payload:1}".to_vec(),
            b"{\"payload\":NaN}".to_vec(),
            b"{\"payload\":Infinity}".to_vec(),
            b"{\"payload\":01}".to_vec(),
            b"{\"payload\":1e400}".to_vec(),
            b"{\"payload\":-1e999}".to_vec(),
            b"{\"payload\":\"\xff\xfe\"}".to_vec(),
            b"{\"payload\":\"\xed\xa0\x80\"}".to_vec(),
            b"{\"payload\":\"\\ud800\"}".to_vec(),
            b"{\"payload\":\"\\udc00\\ud800\"}".to_vec(),
            b"{\"payload\":\"\\x41\"}".to_vec(),
            b"{\"payload\":\"\n\"}".to_vec(),
            b"{\"payload\":\"\0\"}".to_vec(),
            b"{\"payload\":1,}".to_vec(),
            b"{\"payload\":/* no */1}".to_vec(),
            b"\xef\xbb\xbf{}".to_vec(),
            b"\0".to_vec(),
            deep(65).into_bytes(),
            deep(100_000).into_bytes(),
            objects.into_bytes(),
            "[".repeat(100_000).into_bytes(),
        ];
        for body in bodies {
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            let reply = w.post("/tasks").raw(body).send().await;
            assert_eq!((reply.status, shown.as_str()), (400, shown.as_str()), "{}", reply.text);
            reply.problem(400, "malformed_json");
        }
        assert_untouched(&w).await;
    });
}

/// Fault: input-malformed
#[test]
fn a_field_given_twice_is_refused() {
    in_a_swarm(async |w| {
        w.post("/tasks").raw(r#"{"priority":1,"priority":2}"#).send().await.problem(422, "validation");
        assert_untouched(&w).await;
    });
}

#[test]
fn an_array_is_no_object_whatever_it_holds() {
    in_a_swarm(async |w| {
        let id = "0193a0de-0000-7000-8000-000000000000";
        for (path, body) in [
            ("/tasks".to_owned(), json!([])),
            ("/tasks".to_owned(), json!(["default"])),
            ("/tasks".to_owned(), json!({"backoff": ["fixed", 5]})),
            ("/tasks/batch".to_owned(), json!([[]])),
            ("/claims".to_owned(), json!(["a"])),
            ("/settlements".to_owned(), json!(["a"])),
            ("/settlements".to_owned(), json!({"agent": "a", "claim": []})),
            (format!("/tasks/{id}/complete"), json!(["1-x"])),
            (format!("/tasks/{id}/fail"), json!({"lease": "1-x", "error": ["m"]})),
            (format!("/tasks/{id}/release"), json!(["1-x"])),
            (format!("/tasks/{id}/heartbeat"), json!(["1-x"])),
            (String::new(), json!([])),
        ] {
            let method = if path.is_empty() { Method::PUT } else { Method::POST };
            let reply = w.client().request(method, &w.path(&path)).json(body.clone()).send().await;
            assert_eq!(reply.status, 422, "{path} {body}: {}", reply.text);
        }
        let answer = w.post("/tasks/batch").json(json!({"tasks": [[], {}]})).send().await.ok();
        assert_eq!(
            (&answer["results"][0]["status"], &answer["results"][1]["status"]),
            (&json!(422), &json!(201))
        );
        assert_eq!(w.list("ready").await.len(), 1);
    });
}

/// Fault: input-deep, input-malformed
#[test]
fn every_body_is_scanned_alike_wherever_it_goes() {
    in_a_swarm(async |w| {
        let held = "0193a0de-0000-7000-8000-000000000000";
        let deep = "[".repeat(100);
        for path in [
            "/tasks".to_owned(),
            "/tasks/batch".to_owned(),
            "/claims".to_owned(),
            "/settlements".to_owned(),
            format!("/tasks/{held}/complete"),
            format!("/tasks/{held}/fail"),
            format!("/tasks/{held}/release"),
            format!("/tasks/{held}/heartbeat"),
        ] {
            w.post(&path).raw("{").send().await.problem(400, "malformed_json");
            w.post(&path).raw(deep.clone()).send().await.problem(400, "malformed_json");
            w.post(&path).untyped("{}").send().await.problem(415, "unsupported_media_type");
            w.post(&path).json(json!([1])).send().await.problem(422, "validation");
            w.post(&path).raw("x".repeat(2 << 20)).send().await.problem(413, "too_large");
        }
        w.client().put(&w.path("")).raw("{").send().await.problem(400, "malformed_json");
        assert_untouched(&w).await;
    });
}

/// Fault: input-malformed
#[test]
fn only_a_body_that_is_said_to_be_json_is_read() {
    in_a_swarm(async |w| {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application/xml",
            "json",
            "application/jsonx",
        ] {
            let reply = w.post("/tasks").header("content-type", kind).untyped("{}").send().await;
            reply.problem(415, "unsupported_media_type");
        }
        assert_untouched(&w).await;
        for kind in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON",
            "application/vnd.x+json",
        ] {
            w.post("/tasks").header("content-type", kind).untyped("{}").send().await.expect(201);
        }
    });
}

/// Fault: request-too-large
#[test]
fn a_body_up_to_the_limit_is_taken_and_one_byte_more_is_413() {
    in_a_swarm(async |w| {
        const LIMIT: usize = 1 << 20;
        let body = |size: usize| format!("{{\"payload\":\"{}\"}}", "x".repeat(size - 14));
        assert_eq!(body(LIMIT).len(), LIMIT);
        w.post("/tasks").raw(body(LIMIT + 1)).send().await.problem(413, "too_large");
        // Far beyond, the service may close the connection while the client is still sending.
        if let Ok(reply) = w.post("/tasks").raw(body(20 << 20)).try_send().await {
            reply.problem(413, "too_large");
        }
        assert_untouched(&w).await;
        w.post("/tasks").raw(body(LIMIT)).send().await.expect(201);
    });
}

/// Fault: request-too-large
#[test]
fn a_body_that_is_longer_than_it_says_cannot_get_past_the_limit() {
    in_a_swarm(async |w| {
        let mut raw = Raw::connect(&w.service().address()).await;
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
            w.path("/tasks")
        );
        raw.send(head).await;
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
        for _ in 0..64 {
            // The service may close the connection at any time from 1 MiB on.
            if raw.try_send(&chunk).await.is_err() {
                break;
            }
        }
        let answer = raw.read(false).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert_untouched(&w).await;
    });
}

/// Fault: batch-too-long
#[test]
fn a_batch_that_is_too_long_is_413_however_small_its_items() {
    in_a_swarm(async |w| {
        let body = format!("{{\"tasks\":[{}{{}}]}}", "{},".repeat(300_000));
        w.post("/tasks/batch").raw(body).send().await.problem(413, "too_large");
        assert_untouched(&w).await;
    });
}

/// Fault: request-too-large
#[test]
fn headers_and_addresses_without_end_are_refused() {
    in_a_swarm(async |w| {
        let mut raw = Raw::connect(&w.service().address()).await;
        raw.send("GET /health/live HTTP/1.1\r\nhost: localhost\r\n").await;
        for n in 0..200_000 {
            if raw
                .try_send(format!("x-{n}: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"))
                .await
                .is_err()
            {
                break;
            }
        }
        let answer = raw.read(false).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
        w.client().get(&format!("/{}", "a".repeat(4_100))).send().await.problem(414, "too_large");
        w.get(&format!("/tasks?cursor={}", "a".repeat(4_100))).send().await.problem(414, "too_large");
        // Beyond what is read of a request's head there is no request to speak of: a status, or no word at all.
        if let Ok(reply) = w.client().get(&format!("/{}", "a".repeat(100_000))).try_send().await {
            assert_eq!(reply.status, 431);
        }
        assert_untouched(&w).await;
    });
}

/// Fault: name-reaches-out
#[test]
fn names_of_ten_kilobytes_and_names_that_reach_for_other_keys_are_refused() {
    in_a_swarm(async |w| {
        let long = "x".repeat(10_000);
        for name in ["a}:b", "../", "*", "\r\n", "{x}", "\u{202e}txt", "a\u{0}", "", " ", "é", long.as_str()]
        {
            for (path, body, pointer) in [
                ("/tasks", json!({"queue": name}), "/queue"),
                ("/tasks", json!({"agent": name}), "/agent"),
                ("/tasks", json!({"tags": [name]}), "/tags/0"),
                ("/tasks", json!({"requires": [name]}), "/requires/0"),
                ("/claims", json!({"agent": name}), "/agent"),
                ("/claims", json!({"agent": "a", "queues": [name]}), "/queues/0"),
                ("/claims", json!({"agent": "a", "capabilities": [name]}), "/capabilities/0"),
                ("/settlements", json!({"agent": name}), "/agent"),
            ] {
                let problem = w.post(path).json(body).send().await.problem(422, "validation");
                assert_eq!(problem["errors"][0]["pointer"], pointer, "{name:.20}");
            }
        }
        assert_untouched(&w).await;
    });
}

/// Fault: input-malformed
#[test]
fn a_request_that_is_not_http_is_refused_and_the_service_goes_on() {
    in_a_swarm(async |w| {
        for bytes in [
            &b"\x16\x03\x01\x02\x00\x01\x00"[..],
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"\0\0\0\0\r\n\r\n",
            b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        ] {
            let mut raw = Raw::connect(&w.service().address()).await;
            raw.send(bytes).await;
            let answer = raw.read(false).await;
            assert!(
                answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4"),
                "{answer}"
            );
        }
        assert_untouched(&w).await;
    });
}

/// Fault: input-malformed
#[test]
fn a_body_that_breaks_off_changes_nothing() {
    in_a_swarm(async |w| {
        let mut raw = Raw::connect(&w.service().address()).await;
        raw.send(format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{{\"payload\":1}}",
            w.path("/tasks")
        ))
        .await;
        raw.reset();
        assert_untouched(&w).await;
    });
}
