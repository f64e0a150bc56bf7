//! How many bytes of bodies and of answers may be in memory, in all and of one client.

use std::time::Duration;

use h2::RecvStream;
use serde_json::json;
use tokio::time::timeout;
use waggle_tests::{PATIENCE, Raw, Reply, Service, Setup, World, in_a_swarm_of, metric, task, until};

use super::http2::{Client, large_answers};

const LIMIT: usize = 4 << 20;
/// What one client may have of it.
const SHARE: usize = LIMIT / 2;
/// The largest body.
const BODY: usize = 1 << 20;
/// Threads that answer, whatever the machine: as many requests may be looked at in one moment.
const THREADS: usize = 4;
/// Clients of their own: the harness is another.
const MANY: &str = "127.0.0.3";
const MORE: &str = "127.0.0.4";

fn setup() -> Setup {
    Setup::private().set("WAGGLE_SERVER__IN_FLIGHT_BYTES", &LIMIT.to_string())
}

fn body(size: usize) -> String {
    format!("{{\"payload\":\"{}\"}}", "x".repeat(size - 14))
}

/// A submit with so much of its body.
async fn begun(from: &str, w: &World, body: &str, sent: usize) -> Raw {
    let mut raw = Raw::connect_from(from, &w.service().address()).await;
    let (path, length) = (w.path("/tasks"), body.len());
    raw.send(format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    ))
    .await;
    raw.send(&body[..sent]).await;
    raw
}

/// So many bytes, in bodies of which a byte is missing.
async fn held(from: &str, w: &World, bytes: usize) -> Vec<Raw> {
    let mut bodies = Vec::new();
    let mut left = bytes;
    while left > 0 {
        let sent = left.min(BODY - 1);
        bodies.push(begun(from, w, &body(BODY.min(sent + 14)), sent).await);
        left -= sent;
    }
    bodies
}

async fn are_in_memory(bytes: usize, w: &World) {
    until(&format!("{bytes} bytes are in memory"), PATIENCE, async || {
        metric(w.client(), "waggle_in_flight_bytes").await == Some(bytes.to_string())
    })
    .await;
}

async fn refused(limit: &str, w: &World) -> u64 {
    let series = format!("waggle_limit_refused_total{{limit=\"{limit}\"}}");
    metric(w.client(), &series).await.unwrap().parse().unwrap()
}

fn refusal(reply: Reply, status: u16, code: &str) {
    assert_eq!(reply.header("retry-after"), "1");
    let problem = reply.problem(status, code);
    assert!(problem["detail"].as_str().unwrap().contains("server.in_flight_bytes"), "{problem}");
    assert_eq!((&problem["applied"], &problem["retryable"]), (&json!(false), &json!(true)));
}

/// Fault: memory-crowded
#[test]
fn a_client_may_have_half_of_the_bytes_in_bodies_and_others_are_served_meanwhile() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        let many = w.client().from(MANY);
        let mut held = held(MANY, &w, SHARE - 1).await;
        are_in_memory(SHARE - 1, &w).await;
        many.get(&w.path("/tasks")).send().await.ok();
        are_in_memory(SHARE - 1, &w).await;
        let (mut last, mut first) = (held.remove(2), held.remove(0));
        last.send("p").await;
        are_in_memory(SHARE, &w).await;
        refusal(many.get(&w.path("/tasks")).send().await, 429, "rate_limited");
        w.post("/tasks").raw(body(BODY)).send().await.expect(201);
        are_in_memory(SHARE, &w).await;
        // One byte beyond, in the middle of a body.
        last.send("a").await;
        let answer = last.read(true).await;
        assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("\"applied\":false"), "{answer}");
        assert_eq!(refused("in_flight_bytes_per_client", &w).await, 2);
        are_in_memory(SHARE - 2, &w).await;
        first.send("}").await;
        assert!(first.read(true).await.starts_with("HTTP/1.1 201"));
        are_in_memory(BODY - 1, &w).await;
        drop(held);
        are_in_memory(0, &w).await;
        many.post(&w.path("/tasks")).raw(body(BODY)).send().await.expect(201);
    });
}

/// Fault: memory-crowded
#[test]
fn all_clients_have_the_bytes_of_the_limit_and_whoever_comes_then_is_refused_at_once() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        // More than the answer to whoever looks how much there is.
        let room = BODY / 2;
        let _many = held(MANY, &w, SHARE).await;
        are_in_memory(SHARE, &w).await;
        let mut more = held(MORE, &w, SHARE - room).await;
        are_in_memory(LIMIT - room, &w).await;
        // The last answer about that may not be gone yet.
        until("what just fits is taken in", PATIENCE, async || {
            w.post("/tasks").raw(body(room)).send().await.status == 201
        })
        .await;
        refusal(w.post("/tasks").raw(body(room + 1)).send().await, 503, "too_many_waiting");
        let get = async || w.get("/tasks?limit=1").send().await;
        until("all of it is full", PATIENCE, async || {
            let mut last = begun(MORE, &w, &body(room + 1), room).await;
            // An answer that comes meanwhile may take the place of its last bytes.
            let is_held = last.is_quiet_for(Duration::from_millis(100)).await;
            more.push(last);
            is_held && get().await.status == 503
        })
        .await;
        refusal(get().await, 503, "too_many_waiting");
        w.client().get("/health/live").send().await.ok();
        w.client().get("/health/ready").send().await.ok();
        assert!(refused("in_flight_bytes", &w).await >= 3);
        drop(more);
        are_in_memory(SHARE, &w).await;
        w.post("/tasks").raw(body(room + 1)).send().await.expect(201);
        assert_eq!(w.get("/stats").send().await.ok()["tasks"]["ready"], 2, "what was refused was not done");
    });
}

#[test]
fn a_large_body_counts_until_its_request_is_answered() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        w.submit(task().queue("work")).await;
        let held = w.claim_with(json!({"agent": "a", "queues": ["work"]})).await.remove(0);
        let result = "x".repeat(500_000);
        let outcome = json!({"id": held.id, "lease": held.token, "outcome": "complete", "result": result});
        let claim = json!({"queues": ["next"], "wait_ms": 60_000});
        let text = json!({"agent": "a", "outcomes": [outcome], "claim": claim}).to_string();
        let length = text.len();
        let settling = w.post("/settlements").raw(text).send();
        let meanwhile = async {
            until("it waits", PATIENCE, async || {
                metric(w.client(), "waggle_long_polls{kind=\"claim\"}").await == Some("1".to_owned())
            })
            .await;
            are_in_memory(length, &w).await;
            w.submit(task().queue("next")).await;
        };
        let (settled, ()) = tokio::join!(settling, meanwhile);
        assert_eq!(settled.ok()["tasks"].as_array().unwrap().len(), 1);
        are_in_memory(0, &w).await;
    });
}

/// All of an answer that was not taken so far.
async fn length(body: &mut RecvStream) -> usize {
    let mut taken = 0;
    while let Some(chunk) = timeout(PATIENCE, body.data()).await.expect("bytes in time") {
        let length = chunk.unwrap().len();
        body.flow_control().release_capacity(length).unwrap();
        taken += length;
    }
    taken
}

/// Fault: memory-crowded
#[test]
fn answers_that_are_not_taken_count_are_delivered_all_the_same_and_keep_out_their_client_alone() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        large_answers(&w).await;
        let page = w.get("/tasks?limit=20").send().await.text.len();
        assert!((SHARE / 2..SHARE).contains(&page), "{page}");
        let mut many = Client::from(MANY, 10_000, &w).await;
        assert_eq!(many.asks("/tasks?limit=20").await, 200);
        are_in_memory(page, &w).await;
        assert_eq!(many.asks("/tasks?limit=20").await, 200, "within the limit when it was asked for");
        are_in_memory(2 * page, &w).await;
        for _ in 0..3 {
            assert_eq!(many.asks("/tasks?limit=20").await, 429);
        }
        assert_eq!(w.get("/tasks?limit=20").send().await.ok()["items"].as_array().unwrap().len(), 20);
        for answer in 0..2 {
            assert_eq!(length(&mut many.open[answer]).await, page);
        }
        assert_eq!(many.asks("/tasks?limit=1").await, 200);
        drop(many);
        are_in_memory(0, &w).await;
    });
}

/// Fault: memory-crowded
#[test]
fn of_many_reads_at_once_those_are_answered_that_have_room_in_memory() {
    let setup = setup().set("TOKIO_WORKER_THREADS", &THREADS.to_string());
    in_a_swarm_of(&Service::start(setup), async |w| {
        large_answers(&w).await;
        let page = w.get("/tasks?limit=20").send().await.text.len();
        let mut many = Client::from(MANY, 10_000, &w).await;
        let statuses = many.ask_at_once("/tasks?limit=20", 30).await;
        let answered = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 30 - answered, "{statuses:?}");
        // One, and as many as were looked at in the moment when there was room for one more.
        assert!((2..=1 + THREADS).contains(&answered), "{answered}");
        are_in_memory(answered * page, &w).await;
        for (answer, _) in statuses.iter().enumerate().filter(|(_, status)| **status == 200) {
            assert_eq!(length(&mut many.open[answer]).await, page);
        }
    });
}

/// Fault: memory-crowded
#[test]
fn what_is_there_once_for_all_who_ask_takes_nobodys_room() {
    in_a_swarm_of(&Service::start(setup()), async |w| {
        let mut stranger = Client::from(MANY, 1_000, &w).await;
        stranger.base = "http://localhost".to_owned();
        let statuses = stranger.ask_at_once("/openapi.json", 30).await;
        assert_eq!(statuses, [200; 30], "far more than the limit, were each in memory on its own");
        are_in_memory(0, &w).await;
    });
}
