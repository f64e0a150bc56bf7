//! The shape of every answer that is not a success.

use serde_json::Value;

use crate::Reply;

const ALWAYS: [&str; 7] = ["type", "title", "status", "detail", "instance", "code", "retryable"];
const SOMETIMES: [&str; 11] = [
    "retry_after_ms",
    "errors",
    "request_id",
    "applied",
    "attempt",
    "agent",
    "version",
    "index",
    "in",
    "line",
    "validation",
];
/// Bytes of a problem: its address may have four thousand, and what it says of it no more than a few hundred.
const LONGEST: usize = 5 * 1_024;
/// What would betray the inside of the service.
const SECRETS: [&str; 9] =
    ["redis.sock", "/tmp/", "ERR ", "WRONGTYPE", "wg:{", "FCALL", "panicked", ".rs:", "Script error"];

/// Checks that `reply` is a problem (RFC 9457) as the contract has it.
///
/// # Panics
/// When it is not.
#[track_caller]
pub fn assert_problem(reply: &Reply, status: u16, code: &str) {
    let body = &reply.body;
    assert_eq!((reply.status, body["code"].as_str()), (status, Some(code)), "{}", reply.text);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let fields = body.as_object().expect("a problem is an object");
    for field in ALWAYS {
        assert!(fields.contains_key(field), "no {field}: {body}");
    }
    for field in fields.keys() {
        assert!(ALWAYS.contains(&field.as_str()) || SOMETIMES.contains(&field.as_str()), "{field}: {body}");
    }
    assert_eq!(body["status"], status);
    assert!(
        body["type"].is_string() && body["instance"].is_string() && body["retryable"].is_boolean(),
        "{body}"
    );
    assert!(!body["title"].as_str().unwrap_or_default().is_empty(), "{body}");
    assert!(!body["detail"].as_str().unwrap_or_default().is_empty(), "{body}");
    assert_eq!(body["request_id"].as_str(), Some(reply.header("x-request-id")), "{body}");
    assert_retry_after(reply);
    for secret in SECRETS {
        assert!(!reply.text.contains(secret), "{secret} in {body}");
    }
    assert!(reply.text.len() < LONGEST, "{} bytes", reply.text.len());
}

#[track_caller]
fn assert_retry_after(reply: &Reply) {
    let (body, header) = (&reply.body, reply.header("retry-after"));
    if matches!(reply.status, 429 | 503) {
        let seconds: u64 = header.parse().expect("Retry-After in seconds");
        assert!((1..=30).contains(&seconds), "{header}");
        assert_eq!(body["retryable"], true);
    }
    match body.get("retry_after_ms") {
        None => assert_eq!(header, "", "{body}"),
        Some(Value::Number(ms)) => assert_eq!(ms.as_u64().unwrap().div_ceil(1_000).to_string(), header),
        Some(other) => panic!("{other}"),
    }
}
