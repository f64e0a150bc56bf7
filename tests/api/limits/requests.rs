//! How large a request may be, and what waits for Redis.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Raw, RedisServer, Service, Setup, in_a_swarm_of, task, until};

/// Of Redis: all that wait for it are there before the first of them gives up.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(8);

fn nested(levels: usize) -> String {
    // The task is one of them.
    format!("{{\"payload\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1))
}

fn batch(tasks: usize) -> Value {
    json!({"tasks": vec![json!({"payload": 1}); tasks]})
}

/// Fault: request-too-large
#[test]
fn a_body_a_depth_and_a_batch_are_taken_at_their_limits_and_refused_one_beyond() {
    let setup = Setup::private()
        .set("WAGGLE_SERVER__BODY_LIMIT_BYTES", "2048")
        .set("WAGGLE_SERVER__MAX_JSON_DEPTH", "10")
        .set("WAGGLE_SERVER__MAX_BATCH_TASKS", "5");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let body = |size: usize| format!("{{\"payload\":\"{}\"}}", "x".repeat(size - 14));
        w.post("/tasks").raw(body(2_048)).send().await.expect(201);
        let problem = w.post("/tasks").raw(body(2_049)).send().await.problem(413, "too_large");
        assert!(problem["detail"].as_str().unwrap().contains("2048"), "{problem}");
        w.post("/tasks").raw(nested(10)).send().await.expect(201);
        let problem = w.post("/tasks").raw(nested(11)).send().await.problem(400, "malformed_json");
        assert!(problem["detail"].as_str().unwrap().contains("10 levels"), "{problem}");
        let reply = w.post("/tasks/batch").json(batch(5)).send().await.ok();
        assert_eq!(reply["results"].as_array().unwrap().len(), 5);
        let problem = w.post("/tasks/batch").json(batch(6)).send().await.problem(413, "too_large");
        assert!(problem["detail"].as_str().unwrap().contains("at most 5"), "{problem}");
        assert_eq!(w.get("/stats").send().await.ok()["tasks"]["ready"], 7);
    });
}

#[test]
fn what_the_contract_allows_is_the_most_that_the_settings_can() {
    for (name, beyond) in [
        ("WAGGLE_SERVER__MAX_JSON_DEPTH", "65"),
        ("WAGGLE_SERVER__MAX_BATCH_TASKS", "1001"),
        ("WAGGLE_SERVER__MAX_LONG_POLLS", "0"),
        ("WAGGLE_SERVER__IN_FLIGHT_BYTES", "4194303"),
        ("WAGGLE_REDIS__PIPELINE__BACKLOG_BYTES", "1000"),
        ("WAGGLE_SERVER__ALLOWED_HOSTS", "http://waggle.example"),
        ("WAGGLE_SERVER__CORS_ORIGINS", "ops.example"),
    ] {
        let ended = Service::try_start(Setup::private().set(name, beyond), "127.0.0.1:0").unwrap_err();
        assert!(ended.stderr.contains(name), "{name}: {}", ended.stderr);
        assert_eq!((ended.status.code(), ended.stderr.trim().lines().count()), (Some(2), 1));
    }
}

/// The answer to a request whose head has so many bytes.
async fn answer(address: &str, bytes: usize) -> String {
    let (start, end) =
        ("GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-filler: ", "\r\n\r\n");
    let filler = "x".repeat(bytes - start.len() - end.len());
    let mut raw = Raw::connect(address).await;
    // What is refused may be refused before all of it was sent.
    let _ = raw.try_send(format!("{start}{filler}{end}")).await;
    raw.read(false).await
}

/// Fault: request-too-large
#[test]
fn headers_of_eight_kibibytes_are_taken_and_one_byte_more_is_431() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        let address = w.service().address();
        let (at, beyond) = (answer(&address, 8_192).await, answer(&address, 8_193).await);
        assert!(at.starts_with("HTTP/1.1 200"), "{at}");
        assert!(beyond.starts_with("HTTP/1.1 431"), "{beyond}");
    });
}

#[test]
fn a_token_may_ask_as_often_as_the_limit_says_and_once_more_is_429() {
    let setup = Setup::private().with_tokens().set("WAGGLE_AUTH__REQUESTS_PER_S", "20");
    let fast = setup.token("fast", &["--scopes", "submit"]);
    in_a_swarm_of(&Service::start(setup), async |w| {
        let fast = w.showing(fast.as_str());
        let began = Instant::now();
        let replies = join_all((0..60).map(|_| fast.get("/tasks").send())).await;
        // So many at once, and one more for each twentieth of a second since.
        let most = 20 + began.elapsed().as_millis() / 50 + 1;
        let (taken, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
        assert!(
            (20..=most as usize).contains(&taken.len()),
            "{} of 60 within {:?}",
            taken.len(),
            began.elapsed()
        );
        for reply in refused {
            assert!(reply.header("ratelimit-policy").contains("q=20;w=1"), "{:?}", reply.headers);
            assert_eq!(reply.header("retry-after"), "1");
            reply.problem(429, "rate_limited");
        }
        w.get("/tasks").send().await.ok();
        until("it may ask again", PATIENCE, async || fast.get("/tasks").send().await.status == 200).await;
    });
}

#[test]
fn what_waits_for_redis_is_bounded_in_bytes_and_what_is_beyond_is_refused_at_once() {
    let redis = RedisServer::start();
    // Room for three of the tasks below and not for a fourth.
    let setup = Setup::redis(&redis)
        .set("WAGGLE_REDIS__PIPELINE__BACKLOG_BYTES", "100000")
        .set("WAGGLE_REDIS__HOT__RESPONSE_TIMEOUT_MS", &RESPONSE_TIMEOUT.as_millis().to_string());
    in_a_swarm_of(&Service::start(setup), async |w| {
        // Alone in a call, and too random to be compressed.
        let noise: Vec<u64> = (1..1_500_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect();
        let submit = || w.post("/tasks").json(task().payload(noise.clone()));
        submit().send().await.expect(201);
        redis.freeze();
        let started = Instant::now();
        let sent = join_all((0..10).map(|_| async { (submit().send().await, started.elapsed()) })).await;
        redis.thaw();
        let (refused, kept): (Vec<_>, Vec<_>) =
            sent.into_iter().partition(|(reply, _)| reply.body["code"] == "backend_unavailable");
        assert_eq!((kept.len(), refused.len()), (3, 7), "{kept:?} {refused:?}");
        for (reply, after) in refused {
            assert_eq!((reply.status, &reply.body["applied"]), (503, &json!(false)));
            assert!(!reply.header("retry-after").is_empty());
            assert!(after < RESPONSE_TIMEOUT / 2, "{after:?}");
        }
        until("there is room again", PATIENCE, async || submit().send().await.status == 201).await;
    });
}
