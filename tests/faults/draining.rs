//! SIGTERM while agents wait.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{PATIENCE, Raw, World, metric, on_a_service, task, until};

/// As many waiting agents as a test machine takes without a thought.
const POLLS: usize = 1_000;

async fn until_waiting(w: &World, claims: usize) {
    until("all of them wait", PATIENCE, async || {
        metric(w.client(), "waggle_long_polls{kind=\"claim\"}").await == Some(claims.to_string())
    })
    .await;
}

async fn wait_for_it(w: &World) {
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(w.client().get("/health/live").send().await.status, 200);
}

/// Fault: server-terminated
#[test]
fn waiting_agents_are_answered_and_the_process_ends_well() {
    on_a_service(async |w| {
        let polls = join_all((0..POLLS).map(|n| {
            let claim = json!({"agent": format!("a{n}"), "wait_ms": 60_000});
            let w = w.clone();
            async move { w.post("/claims").json(claim).send().await }
        }));
        let watcher = w.submit_id(task().queue("other")).await;
        let get = w.get(&format!("/tasks/{watcher}?wait_ms=60000")).send();
        let stop = async {
            until_waiting(&w, POLLS).await;
            w.service().terminate();
            Instant::now()
        };
        let ((replies, answered), get, stopped) =
            futures_util::future::join3(async { (polls.await, Instant::now()) }, get, stop).await;
        assert!(
            answered.duration_since(stopped) < Duration::from_secs(10),
            "{:?}",
            answered.duration_since(stopped)
        );
        for reply in replies {
            match reply.status {
                200 => assert_eq!(reply.body["tasks"], json!([])),
                _ => drop(reply.problem(503, "draining")),
            }
        }
        assert_eq!((get.status, &get.body["status"]), (200, &json!("ready")));
        let status = tokio::task::spawn_blocking({
            let service = w.service().clone();
            move || service.ended()
        })
        .await
        .unwrap();
        assert_eq!(status.code(), Some(0), "{status}");
        w.service().restart();
    });
}

/// Fault: server-terminated
#[test]
fn a_task_handed_out_while_it_stops_is_delivered_or_given_back() {
    on_a_service(async |w| {
        let polls = join_all((0..50).map(|n| {
            let claim = json!({"agent": format!("a{n}"), "wait_ms": 60_000, "lease_ms": 60_000});
            let w = w.clone();
            async move { w.post("/claims").json(claim).try_send().await }
        }));
        let stop = async {
            until_waiting(&w, 50).await;
            let submit = join_all((0..20).map(|n| {
                let w = w.clone();
                async move { w.post("/tasks").json(task().payload(n)).try_send().await }
            }));
            let terminate = async { w.service().terminate() };
            futures_util::future::join(submit, terminate).await.0
        };
        let (polled, submitted) = futures_util::future::join(polls, stop).await;
        let delivered: usize = polled
            .into_iter()
            .flatten()
            .filter_map(|reply| reply.body["tasks"].as_array().map(Vec::len))
            .sum();
        let taken_in = submitted.into_iter().flatten().filter(|reply| reply.status == 201).count();
        let service = w.service().clone();
        tokio::task::spawn_blocking(move || {
            assert_eq!(service.ended().code(), Some(0));
            service.restart();
        })
        .await
        .unwrap();
        let (running, ready) = (w.list("running").await.len(), w.list("ready").await.len());
        assert_eq!((running, running + ready), (delivered, taken_in), "{ready} ready");
    });
}

/// Fault: server-terminated
#[test]
fn requests_in_flight_are_finished() {
    on_a_service(async |w| {
        let mut slow = Raw::connect(&w.service().address()).await;
        let body = json!({"payload": "slow"}).to_string();
        let head = format!(
            "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            w.path("/tasks"),
            body.len()
        );
        slow.send(head + &body[..5]).await;
        wait_for_it(&w).await;
        w.service().terminate();
        until("new requests are refused", PATIENCE, async || {
            w.post("/tasks").json(json!({})).try_send().await.map_or(true, |reply| reply.status == 503)
        })
        .await;
        slow.send(&body[5..]).await;
        let answer = slow.read(true).await;
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let service = w.service().clone();
        tokio::task::spawn_blocking(move || {
            assert_eq!(service.ended().code(), Some(0));
            service.restart();
        })
        .await
        .unwrap();
        assert!(w.pages("").await.iter().any(|task| task["payload"] == "slow"));
    });
}

/// Fault: server-terminated
#[test]
fn a_second_signal_stops_at_once() {
    on_a_service(async |w| {
        let mut slow = Raw::connect(&w.service().address()).await;
        let head = "POST /v1/swarms/default/tasks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
        slow.send(head).await;
        wait_for_it(&w).await;
        w.service().terminate();
        let first = Instant::now();
        until("new requests are refused", PATIENCE, async || {
            w.client().get(&w.path("/tasks")).try_send().await.map_or(true, |reply| reply.status == 503)
        })
        .await;
        w.service().terminate();
        let service = w.service().clone();
        tokio::task::spawn_blocking(move || {
            service.ended();
            assert!(first.elapsed() < Duration::from_secs(5), "{:?}", first.elapsed());
            service.restart();
        })
        .await
        .unwrap();
    });
}
