use std::time::Duration;

use axum::http::header;
use waggle_core::Error as Backend;
use waggle_task_queue::model::{Invalid, Status, TaskId};
use waggle_task_queue::{Broken, Error};

use super::*;

/// One of each; a variant without a line here does not compile in `known`.
fn every_error() -> Vec<Error> {
    let id = TaskId::new();
    let text = || "redis://secret@10.0.0.1 /var/lib/redis".to_owned();
    vec![
        Error::SwarmNotFound("s".to_owned()),
        Error::TaskNotFound(id),
        Error::LeaseLost { id, attempt: 3 },
        Error::AlreadyFinished { id, status: Status::Completed },
        Error::WrongState { id, status: Status::Running },
        Error::NotAssignable { id, status: Status::Running },
        Error::NoAgent { agent: None },
        Error::NotAsking { id, status: Status::Ready },
        Error::Duplicate(id),
        Error::IdempotencyMismatch,
        Error::TooManyCapabilitySets,
        Error::EventsOff("s".to_owned()),
        Error::TooManyWaiting,
        Error::AgentNotFound("a".to_owned()),
        Error::TooManyAgents,
        Error::SwarmFull,
        Error::QueueNotFound("q".to_owned()),
        Error::QueueFull,
        Error::QueueDraining,
        Error::ScheduleNotFound("s".to_owned()),
        Error::TooManySchedules,
        Error::TokenNotFound("t".to_owned()),
        Error::TokenExists("t".to_owned()),
        Error::TooManyTokens,
        Error::SwarmClosed("s".to_owned()),
        Error::SwarmNotEmpty("s".to_owned()),
        Error::BrokenSnapshot(Broken { line: 7, problem: "the end is missing".to_owned() }),
        Error::DefaultSwarm,
        Error::InboxFull("a".to_owned()),
        Error::TooManySubscriptions("a".to_owned()),
        Error::StateNotFound("k".to_owned()),
        Error::VersionMismatch { key: "k".to_owned(), version: 7 },
        Error::NotANumber("k".to_owned()),
        Error::StateFull,
        Error::ConditionUnmet { id, status: Status::Ready },
        Error::At { part: "ops", index: 2, error: Box::new(Error::TaskNotFound(id)) },
        Error::Invalid(Invalid::field("/priority", "0 to 9")),
        Error::Draining,
        Error::Redis(Backend::Unavailable { detail: text() }),
        Error::Redis(Backend::Access { detail: text() }),
        Error::Redis(Backend::Busy { detail: text() }),
        Error::Redis(Backend::OutOfMemory),
        Error::Redis(Backend::Disk),
        Error::Redis(Backend::Refused { code: "SOMETHING".to_owned(), detail: text() }),
        Error::Redis(Backend::Unknown { detail: text() }),
        Error::Redis(Backend::Internal { detail: text() }),
    ]
}

fn expected(error: &Error) -> (&'static str, u16) {
    match error {
        Error::SwarmNotFound(_) => ("swarm_not_found", 404),
        Error::TaskNotFound(_) => ("task_not_found", 404),
        Error::LeaseLost { .. } => ("lease_lost", 409),
        Error::AlreadyFinished { .. } => ("already_finished", 409),
        Error::WrongState { .. } | Error::NotAssignable { .. } | Error::NotAsking { .. } => {
            ("wrong_state", 409)
        }
        Error::NoAgent { .. } => ("no_agent", 409),
        Error::Duplicate(_) => ("duplicate", 409),
        Error::IdempotencyMismatch => ("idempotency_mismatch", 422),
        Error::TooManyCapabilitySets => ("too_many_capability_sets", 429),
        Error::EventsOff(_) => ("events_off", 409),
        Error::TooManyWaiting => ("too_many_waiting", 503),
        Error::AgentNotFound(_) => ("agent_not_found", 404),
        Error::TooManyAgents => ("too_many_agents", 429),
        Error::SwarmFull => ("swarm_full", 429),
        Error::QueueNotFound(_) => ("queue_not_found", 404),
        Error::QueueFull => ("queue_full", 429),
        Error::QueueDraining => ("queue_draining", 409),
        Error::ScheduleNotFound(_) => ("schedule_not_found", 404),
        Error::TooManySchedules => ("too_many_schedules", 429),
        Error::TokenNotFound(_) => ("token_not_found", 404),
        Error::TokenExists(_) => ("token_exists", 409),
        Error::TooManyTokens => ("too_many_tokens", 429),
        Error::SwarmClosed(_) => ("swarm_closed", 409),
        Error::SwarmNotEmpty(_) => ("swarm_not_empty", 409),
        Error::BrokenSnapshot(_) => ("broken_snapshot", 422),
        Error::DefaultSwarm => ("default_swarm", 409),
        Error::InboxFull(_) => ("inbox_full", 429),
        Error::TooManySubscriptions(_) => ("too_many_subscriptions", 429),
        Error::StateNotFound(_) => ("state_not_found", 404),
        Error::VersionMismatch { .. } => ("version_mismatch", 412),
        Error::NotANumber(_) => ("not_a_number", 409),
        Error::StateFull => ("state_full", 429),
        Error::ConditionUnmet { .. } => ("wrong_state", 409),
        Error::At { error, .. } => expected(error),
        Error::Invalid(_) => ("validation", 422),
        Error::Draining => ("draining", 503),
        Error::Redis(Backend::Unavailable { .. } | Backend::Access { .. }) => ("backend_unavailable", 503),
        Error::Redis(Backend::Busy { .. }) => ("backend_busy", 503),
        Error::Redis(Backend::OutOfMemory) => ("backend_out_of_memory", 503),
        Error::Redis(Backend::Disk) => ("backend_disk_error", 503),
        Error::Redis(Backend::Unknown { .. }) => ("outcome_unknown", 503),
        Error::Redis(Backend::Refused { .. } | Backend::Internal { .. } | Backend::Codec(_)) => {
            ("internal", 500)
        }
    }
}

fn json(problem: &Problem) -> serde_json::Value {
    serde_json::to_value(problem.body()).unwrap()
}

#[test]
fn every_error_of_the_domain_has_its_code_and_status() {
    for error in every_error() {
        let (code, status) = expected(&error);
        let problem = Problem::from(error);
        assert_eq!((problem.code(), problem.status().as_u16()), (code, status));
        assert_eq!(json(&problem)["type"], format!("urn:waggle:problem:{code}"));
    }
}

#[test]
fn nothing_that_redis_said_reaches_a_client() {
    for error in every_error() {
        let written = json(&Problem::from(error)).to_string();
        assert!(!written.contains("secret") && !written.contains("/var/"), "{written}");
    }
}

#[test]
fn a_503_says_whether_it_was_applied_and_when_to_come_back() {
    for error in every_error() {
        let unknown = matches!(error, Error::Redis(Backend::Unknown { .. }));
        let problem = Problem::from(error);
        if problem.status().as_u16() != 503 {
            continue;
        }
        let body = json(&problem);
        let applied = if unknown { serde_json::Value::Null } else { false.into() };
        assert_eq!(body.get("applied"), Some(&applied), "{body}");
        assert_eq!(body["retryable"], true);
        let header = problem.render("/", "r").headers()[header::RETRY_AFTER].to_str().unwrap().to_owned();
        let seconds: u64 = header.parse().unwrap();
        assert!((1..=30).contains(&seconds));
        assert!(body["retry_after_ms"].as_u64().unwrap() <= seconds * 1_000);
    }
}

#[test]
fn nobody_is_told_to_come_back_sooner_than_it_may_or_at_once() {
    for (wait, ms, seconds) in [
        (Duration::ZERO, 1, "1"),
        (Duration::from_micros(4_900), 5, "1"),
        (Duration::from_secs(2), 2_000, "2"),
        (Duration::from_micros(2_000_001), 2_001, "3"),
    ] {
        let problem = Problem::from(Error::LeaseLost { id: TaskId::new(), attempt: 1 }).after(wait);
        assert_eq!(json(&problem)["retry_after_ms"], ms);
        assert_eq!(problem.render("/", "r").headers()[header::RETRY_AFTER], seconds);
    }
}

#[test]
fn a_lost_lease_tells_the_current_attempt() {
    let id = TaskId::new();
    let body = json(&Problem::from(Error::LeaseLost { id, attempt: 3 }));
    assert_eq!(body["attempt"], 3);
    assert_eq!(body["retryable"], false);
    assert!(body.get("applied").is_none());
}

#[test]
fn a_draining_service_ends_the_connection() {
    let response = Problem::draining().render("/v1", "r");
    assert_eq!(response.headers()[header::CONNECTION], "close");
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
}

#[test]
fn pointers_can_be_moved_below_the_item_they_belong_to() {
    let problem = Problem::field("/priority", "0 to 9").under("/tasks/4");
    let body = json(&problem);
    assert_eq!(body["errors"][0]["pointer"], "/tasks/4/priority");
    assert_eq!(body["detail"], "/tasks/4/priority: 0 to 9");
}
