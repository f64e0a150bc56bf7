//! Connections of clients that misbehave.

use std::time::{Duration, Instant};

use waggle_tests::{PATIENCE, Raw, Service, Setup, in_a_swarm_of, task, until};

/// Connections that may be open, and how many are tried beyond them.
const PLACES: usize = 20;
const BEYOND: usize = 10;

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

async fn answers(connection: &mut Raw) -> bool {
    let sent = connection.try_send("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    sent.is_ok() && connection.read(false).await.starts_with("HTTP/1.1 200")
}

/// Connections that take all places: one of before has its place until the service knows that it is gone.
async fn all_places(address: &str) -> Vec<Raw> {
    let mut open = Vec::new();
    until("all places are taken", PATIENCE, async || {
        let mut connection = Raw::connect(address).await;
        if answers(&mut connection).await {
            open.push(connection);
        }
        open.len() == PLACES
    })
    .await;
    open
}

/// Fault: connections-without-end
#[test]
fn connections_beyond_the_limit_are_closed_and_the_others_go_on() {
    let setup = Setup::private().set("WAGGLE_SERVER__MAX_CONNECTIONS", &PLACES.to_string());
    in_a_swarm_of(&Service::start(setup), async |w| {
        let address = w.service().address();
        // Neither those that were closed nor those that were refused keep a place.
        for _ in 0..2 {
            let mut open = all_places(&address).await;
            for _ in 0..BEYOND {
                assert!(!answers(&mut Raw::connect(&address).await).await, "one more than the limit");
            }
            for connection in &mut open {
                assert!(answers(connection).await, "those that are there go on");
            }
        }
        until("there is room again", PATIENCE, async || w.get("/tasks").try_send().await.is_ok()).await;
        w.submit(task()).await;
    });
}
