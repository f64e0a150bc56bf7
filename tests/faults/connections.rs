//! Connections of clients that misbehave.

use std::time::{Duration, Instant};

use waggle_tests::{PATIENCE, Raw, Service, Setup, in_a_swarm_of, task, until};

/// Fault: client-slow
#[test]
fn headers_and_bodies_that_come_too_slowly_are_given_up() {
    let setup = Setup::private()
        .set("WAGGLE_SERVER__HEADER_TIMEOUT_MS", "2000")
        .set("WAGGLE_SERVER__BODY_TIMEOUT_MS", "2000");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let address = w.service().address();
        // Each in less time than its limit would be without these settings.
        let start = Instant::now();
        let mut headers = Raw::connect(&address).await;
        headers.send("GET /health/live HTTP/1.1\r\nhost:").await;
        let answer = headers.read(true).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
        let start = Instant::now();
        let mut body = Raw::connect(&address).await;
        let path = w.path("/tasks");
        body.send(format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{{"
        ))
        .await;
        let answer = body.read(true).await;
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("request_timeout"), "{answer}");
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        w.submit(task()).await;
    });
}

/// Fault: connections-without-end
#[test]
fn connections_beyond_the_limit_are_closed_and_the_others_go_on() {
    let setup = Setup::private().set("WAGGLE_SERVER__MAX_CONNECTIONS", "20");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let address = w.service().address();
        let mut connections = Vec::new();
        for _ in 0..30 {
            connections.push(Raw::connect(&address).await);
        }
        let mut answered = 0;
        for connection in &mut connections {
            let sent = connection.try_send("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
            answered += usize::from(sent.is_ok() && connection.read(false).await.starts_with("HTTP/1.1 200"));
        }
        assert!((15..=20).contains(&answered), "{answered} of 30 were answered");
        drop(connections);
        until("there is room again", PATIENCE, async || w.get("/tasks").try_send().await.is_ok()).await;
        w.submit(task()).await;
    });
}
