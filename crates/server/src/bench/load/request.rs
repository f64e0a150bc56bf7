//! The requests of the load, as the bytes that go over the wire.

use std::fmt::Write as _;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::bench::load::answer::Held;

/// What every task carries, as JSON, quotes included.
pub(crate) const PAYLOAD_BYTES: usize = 256;
/// Stands before the number in a numbered payload.
pub(crate) const SEQUENCE_MARK: &str = "sequence-";
/// What a task ends with.
const RESULT: &str = r#"{"ok":true}"#;
const TASKS: &str = "/v1/swarms/default/tasks";

/// The header that every request carries, its line break included; empty where no token is asked for. One for all:
/// no two services are measured at the same time that ask for different ones.
static SHOWN: RwLock<String> = RwLock::new(String::new());

/// What a claim asks for.
pub(crate) struct Claim<'a> {
    pub(crate) agent: &'a str,
    pub(crate) queue: &'a str,
    pub(crate) max_tasks: usize,
    pub(crate) wait_ms: u64,
}

/// Requests that are made from now on show this token, or none.
pub(crate) fn show(token: Option<&str>) {
    let header = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    *SHOWN.write().unwrap_or_else(PoisonError::into_inner) = header.unwrap_or_default();
}

fn shown() -> RwLockReadGuard<'static, String> {
    SHOWN.read().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{}\r\n", shown()).into_bytes()
}

/// Says something of the swarm `default`.
pub(crate) fn put_swarm(body: &str) -> Vec<u8> {
    with_body("PUT", "/v1/swarms/default", body)
}

pub(crate) fn submit(queue: &str) -> Vec<u8> {
    post(TASKS, &task(queue, ""))
}

/// A submit whose payload holds a number, so that its receipt can be matched with its send.
pub(crate) fn submit_numbered(queue: &str, number: usize) -> Vec<u8> {
    post(TASKS, &task(queue, &format!("{SEQUENCE_MARK}{number}-")))
}

pub(crate) fn submit_batch(queue: &str, tasks: usize) -> Vec<u8> {
    let task = task(queue, "");
    let body = format!(r#"{{"tasks":[{}]}}"#, vec![task.as_str(); tasks].join(","));
    post(&format!("{TASKS}/batch"), &body)
}

/// A task in each of these queues.
pub(crate) fn submit_each(queues: impl Iterator<Item = String>) -> Vec<u8> {
    let tasks: Vec<String> = queues.map(|queue| task(&queue, "")).collect();
    post(&format!("{TASKS}/batch"), &format!(r#"{{"tasks":[{}]}}"#, tasks.join(",")))
}

pub(crate) fn claim(claim: &Claim<'_>) -> Vec<u8> {
    let Claim { agent, .. } = claim;
    post("/v1/swarms/default/claims", &format!(r#"{{"agent":"{agent}",{}}}"#, claim_fields(claim)))
}

pub(crate) fn complete(held: &Held) -> Vec<u8> {
    let Held { id, lease } = held;
    post(&format!("{TASKS}/{id}/complete"), &format!(r#"{{"lease":"{lease}","result":{RESULT}}}"#))
}

/// Completes what is held, and claims the next where `next` is given.
pub(crate) fn settle(agent: &str, held: &[Held], next: Option<&Claim<'_>>) -> Vec<u8> {
    let mut body = format!(r#"{{"agent":"{agent}","outcomes":["#);
    for (index, Held { id, lease }) in held.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(body, r#"{comma}{{"id":"{id}","lease":"{lease}","outcome":"complete","result":{RESULT}}}"#)
            .expect("writing to a string cannot fail");
    }
    body.push(']');
    if let Some(next) = next {
        write!(body, r#","claim":{{{}}}"#, claim_fields(next)).expect("writing to a string cannot fail");
    }
    body.push('}');
    post("/v1/swarms/default/settlements", &body)
}

/// An agent's word that it is alive and goes on with what it holds, if it holds something.
pub(crate) fn agent_heartbeat(agent: &str, held: Option<&Held>) -> Vec<u8> {
    let lease = |Held { id, lease }: &Held| format!(r#"{{"id":"{id}","lease":"{lease}"}}"#);
    let body = format!(r#"{{"leases":[{}],"extend_ms":60000}}"#, held.map(lease).unwrap_or_default());
    post(&format!("/v1/swarms/default/agents/{agent}/heartbeat"), &body)
}

pub(crate) fn put_agent(agent: &str) -> Vec<u8> {
    with_body("PUT", &format!("/v1/swarms/default/agents/{agent}"), "{}")
}

/// Acknowledges all that is in an inbox.
pub(crate) fn ack_all(agent: &str) -> Vec<u8> {
    post(&format!("/v1/swarms/default/agents/{agent}/inbox/ack"), r#"{"up_to":9000000000000000}"#)
}

pub(crate) fn transaction(ops: &[String]) -> Vec<u8> {
    post("/v1/swarms/default/transactions", &format!(r#"{{"ops":[{}]}}"#, ops.join(",")))
}

/// A task as JSON.
pub(crate) fn task_of(queue: &str) -> String {
    task(queue, "")
}

/// A message whose body holds a number, so that its receipt can be matched with its send.
pub(crate) fn message_numbered(from: &str, to: &str, number: usize) -> Vec<u8> {
    let text = text(&format!("{SEQUENCE_MARK}{number}-"));
    post(
        "/v1/swarms/default/messages",
        &format!(r#"{{"from":"{from}","to":{{"agent":"{to}"}},"body":"{text}"}}"#),
    )
}

pub(crate) fn read_inbox(agent: &str, after: usize, wait_ms: u64) -> Vec<u8> {
    get(&format!("/v1/swarms/default/agents/{agent}/inbox?after={after}&wait_ms={wait_ms}"))
}

pub(crate) fn ack_inbox(agent: &str, up_to: usize) -> Vec<u8> {
    post(&format!("/v1/swarms/default/agents/{agent}/inbox/ack"), &format!(r#"{{"up_to":{up_to}}}"#))
}

fn claim_fields(claim: &Claim<'_>) -> String {
    let Claim { queue, max_tasks, wait_ms, .. } = claim;
    format!(r#""queues":["{queue}"],"max_tasks":{max_tasks},"wait_ms":{wait_ms}"#)
}

fn task(queue: &str, start: &str) -> String {
    format!(r#"{{"queue":"{queue}","payload":"{}"}}"#, text(start))
}

/// A text of the size of every payload.
pub(crate) fn text(start: &str) -> String {
    // A fixed sequence without repetitions: a service that compresses it has nothing to gain.
    let filler = (0..).scan(1_u32, |state, _: u32| {
        *state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        Some(char::from(b'a' + ((*state >> 16) % 26) as u8))
    });
    start.chars().chain(filler).take(PAYLOAD_BYTES - 2).collect()
}

fn post(path: &str, body: &str) -> Vec<u8> {
    with_body("POST", path, body)
}

/// A request with a JSON body.
pub(crate) fn with_body(method: &str, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{}\r\n{body}",
        shown()
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_has_the_size_it_says() {
        for request in [submit("q"), submit_numbered("q", 0), submit_numbered("q", 99_999)] {
            let text = String::from_utf8(request).unwrap();
            let body: serde_json::Value =
                serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
            assert_eq!(body["payload"].to_string().len(), PAYLOAD_BYTES);
        }
    }

    #[test]
    fn a_settlement_is_json_with_and_without_a_claim() {
        let held = [Held { id: "a".into(), lease: "1".into() }, Held { id: "b".into(), lease: "2".into() }];
        let claim = Claim { agent: "x", queue: "q", max_tasks: 1, wait_ms: 0 };
        for next in [None, Some(&claim)] {
            let text = String::from_utf8(settle("x", &held, next)).unwrap();
            let body: serde_json::Value =
                serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
            assert_eq!(body["outcomes"].as_array().unwrap().len(), 2);
            assert_eq!(body.get("claim").is_some(), next.is_some());
        }
    }
}
