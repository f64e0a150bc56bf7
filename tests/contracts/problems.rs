//! What may go wrong has a word in HTTP, and the document says so.

use waggle_core::Error as RedisError;
use waggle_server::problem::{Code, Problem};
use waggle_task_queue::Error;
use waggle_task_queue::model::{Invalid, Status, TaskId};

use crate::source::read;

/// The word that stands for an error, and whether the document must name it.
fn code_of(error: &Error) -> &'static str {
    // No wildcard: who adds an error is sent here.
    match error {
        Error::SwarmNotFound(_) => "swarm_not_found",
        Error::TaskNotFound(_) => "task_not_found",
        Error::LeaseLost { .. } => "lease_lost",
        Error::AlreadyFinished { .. } => "already_finished",
        Error::WrongState { .. } | Error::NotAssignable { .. } | Error::NotAsking { .. } => "wrong_state",
        Error::NoAgent { .. } => "no_agent",
        Error::Duplicate(_) => "duplicate",
        Error::IdempotencyMismatch => "idempotency_mismatch",
        Error::TooManyCapabilitySets => "too_many_capability_sets",
        Error::EventsOff(_) => "events_off",
        Error::TooManyWaiting => "too_many_waiting",
        Error::AgentNotFound(_) => "agent_not_found",
        Error::TooManyAgents => "too_many_agents",
        Error::SwarmFull => "swarm_full",
        Error::QueueNotFound(_) => "queue_not_found",
        Error::QueueFull => "queue_full",
        Error::QueueDraining => "queue_draining",
        Error::ScheduleNotFound(_) => "schedule_not_found",
        Error::TooManySchedules => "too_many_schedules",
        Error::TokenNotFound(_) => "token_not_found",
        Error::TokenExists(_) => "token_exists",
        Error::TooManyTokens => "too_many_tokens",
        Error::SwarmClosed(_) => "swarm_closed",
        Error::SwarmNotEmpty(_) => "swarm_not_empty",
        Error::BrokenSnapshot(_) => "broken_snapshot",
        Error::DefaultSwarm => "default_swarm",
        Error::InboxFull(_) => "inbox_full",
        Error::TooManySubscriptions(_) => "too_many_subscriptions",
        Error::StateNotFound(_) => "state_not_found",
        Error::VersionMismatch { .. } => "version_mismatch",
        Error::NotANumber(_) => "not_a_number",
        Error::StateFull => "state_full",
        Error::ConditionUnmet { .. } => "wrong_state",
        Error::At { error, .. } => code_of(error),
        Error::Invalid(_) => "validation",
        Error::Draining => "draining",
        Error::Redis(error) => code_of_redis(error),
    }
}

fn code_of_redis(error: &RedisError) -> &'static str {
    match error {
        RedisError::Unavailable { .. } | RedisError::Access { .. } => "backend_unavailable",
        RedisError::Busy { .. } => "backend_busy",
        RedisError::OutOfMemory => "backend_out_of_memory",
        RedisError::Disk => "backend_disk_error",
        RedisError::Unknown { .. } => "outcome_unknown",
        RedisError::Refused { .. } | RedisError::Internal { .. } | RedisError::Codec(_) => "internal",
    }
}

fn errors() -> Vec<Error> {
    let id = TaskId::new();
    let detail = || "SECRET".to_owned();
    let redis = [
        RedisError::Unavailable { detail: detail() },
        RedisError::Access { detail: detail() },
        RedisError::Busy { detail: detail() },
        RedisError::OutOfMemory,
        RedisError::Disk,
        RedisError::Unknown { detail: detail() },
        RedisError::Refused { code: "ODD".to_owned(), detail: detail() },
        RedisError::Internal { detail: detail() },
    ];
    let domain = [
        Error::SwarmNotFound("s".to_owned()),
        Error::TaskNotFound(id),
        Error::LeaseLost { id, attempt: 1 },
        Error::AlreadyFinished { id, status: Status::Completed },
        Error::WrongState { id, status: Status::Ready },
        Error::Duplicate(id),
        Error::IdempotencyMismatch,
        Error::TooManyCapabilitySets,
        Error::EventsOff("s".to_owned()),
        Error::TooManyWaiting,
        Error::Invalid(Invalid::field("/x", "wrong")),
        Error::Draining,
    ];
    domain.into_iter().chain(redis.into_iter().map(Error::Redis)).collect()
}

#[test]
fn every_error_of_the_domain_has_its_code_and_the_document_names_it() {
    let document = read("openapi/openapi.json");
    for error in errors() {
        let (code, problem) = (code_of(&error), Problem::from(error.clone()));
        assert_eq!(problem.code(), code, "{error:?}");
        assert!(
            code == "internal" || document.contains(&format!("`{code}`")),
            "openapi.json says nothing of {code}"
        );
    }
}

/// What any address may be answered with, whatever it is.
const OF_HTTP: [Code; 2] = [Code::NotFound, Code::MethodNotAllowed];

#[test]
fn every_code_that_depends_on_the_operation_is_named_by_the_document() {
    let document = read("openapi/openapi.json");
    for code in Code::ALL.into_iter().filter(|code| !OF_HTTP.contains(code)) {
        assert!(document.contains(&format!("`{}`", code.as_str())), "openapi.json says nothing of {code:?}");
    }
}

#[test]
fn what_comes_from_another_site_is_refused_for_good() {
    let code = Code::CrossSite;
    assert_eq!((code.as_str(), code.status().as_u16(), code.retryable()), ("cross_site", 403, false));
}

#[test]
fn no_problem_tells_what_redis_said() {
    for error in errors() {
        let body = serde_json::to_string(&Problem::from(error).body()).unwrap();
        assert!(!body.contains("SECRET"), "{body}");
    }
}

#[test]
fn every_operation_with_names_in_its_address_tells_that_they_may_be_refused() {
    let document: serde_json::Value = serde_json::from_str(&read("openapi/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().iter();
    for (path, operations) in paths.filter(|(path, _)| path.contains("{swarm}")) {
        for (method, operation) in operations.as_object().unwrap() {
            for status in ["400", "414", "422"] {
                assert!(
                    operation["responses"][status].is_object(),
                    "{method} {path} tells nothing of {status}"
                );
            }
        }
    }
}

#[test]
fn every_operation_tells_how_a_request_is_turned_away_before_it_is_handled() {
    let document: serde_json::Value = serde_json::from_str(&read("openapi/openapi.json")).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let expected: &[&str] = match path.as_str() {
            "/health/live" | "/health/ready" => &["414"],
            "/metrics" => &["403", "414"],
            _ => &["403", "414", "503"],
        };
        for (method, operation) in operations.as_object().unwrap() {
            for status in expected {
                assert!(
                    operation["responses"][status].is_object(),
                    "{method} {path} tells nothing of {status}"
                );
            }
        }
    }
}
