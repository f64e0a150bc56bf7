//! The stable words by which programs tell problems apart.

use axum::http::StatusCode;

/// What went wrong, as one word that never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// No such swarm.
    SwarmNotFound,
    /// No such task.
    TaskNotFound,
    /// The task is held under another lease, or under none.
    LeaseLost,
    /// The task has finished.
    AlreadyFinished,
    /// The task stands where the call cannot move it from.
    WrongState,
    /// Another unfinished task holds the same `dedup_key`.
    Duplicate,
    /// The idempotency key was used with another body.
    IdempotencyMismatch,
    /// A field cannot be accepted.
    Validation,
    /// The body is not JSON.
    MalformedJson,
    /// The request is not HTTP as it should be.
    BadRequest,
    /// The body, the batch, the headers or the address are too long.
    TooLarge,
    /// A browser sent it for a page of somebody else.
    CrossSite,
    /// It was sent to a name that a stranger may have made lead here.
    UnknownHost,
    /// The body is not said to be JSON.
    UnsupportedMediaType,
    /// No such address.
    NotFound,
    /// The address does not take this method.
    MethodNotAllowed,
    /// The body did not arrive in time.
    RequestTimeout,
    /// No valid token was shown.
    Unauthorized,
    /// The token does not reach so far.
    Forbidden,
    /// Too many requests, or too many wrong tokens.
    RateLimited,
    /// No such token.
    TokenNotFound,
    /// Another token has this name.
    TokenExists,
    /// Redis keeps as many tokens as it may.
    TooManyTokens,
    /// The queue waits for too many different sets of capabilities.
    TooManyCapabilitySets,
    /// No such agent.
    AgentNotFound,
    /// No agent is live, able and has room.
    NoAgent,
    /// The swarm has as many agents as it may.
    TooManyAgents,
    /// The swarm has as many unfinished tasks as it may.
    SwarmFull,
    /// No such queue.
    QueueNotFound,
    /// As many tasks wait in the queue as may.
    QueueFull,
    /// The queue takes nothing in.
    QueueDraining,
    /// No such schedule.
    ScheduleNotFound,
    /// The swarm has as many schedules as it may.
    TooManySchedules,
    /// The swarm is being deleted or restored.
    SwarmClosed,
    /// The swarm holds something.
    SwarmNotEmpty,
    /// A snapshot that cannot be restored.
    BrokenSnapshot,
    /// The default swarm cannot be deleted.
    DefaultSwarm,
    /// An inbox holds as many messages as it may.
    InboxFull,
    /// An agent subscribes to as many topics as it may.
    TooManySubscriptions,
    /// No such key in the swarm's state.
    StateNotFound,
    /// A state key has another version.
    VersionMismatch,
    /// An increment of something that is no number.
    NotANumber,
    /// The swarm has as many state keys as it may.
    StateFull,
    /// Redis could not be asked.
    BackendUnavailable,
    /// Redis was asked and did not answer.
    OutcomeUnknown,
    /// Redis is at its memory limit.
    BackendOutOfMemory,
    /// Redis cannot write to its disk.
    BackendDiskError,
    /// Redis runs a script that takes too long.
    BackendBusy,
    /// The service is stopping.
    Draining,
    /// There is no such validation, or it is not remembered any more.
    ValidationNotFound,
    /// This server makes another validation.
    ValidationRunning,
    /// The swarm's events are turned off.
    EventsOff,
    /// Too many claims, or followers of events, wait in this server.
    TooManyWaiting,
    /// A fault of the service itself.
    Internal,
}

impl Code {
    /// All codes.
    pub const ALL: [Self; 54] = [
        Self::SwarmNotFound,
        Self::TaskNotFound,
        Self::LeaseLost,
        Self::AlreadyFinished,
        Self::WrongState,
        Self::Duplicate,
        Self::IdempotencyMismatch,
        Self::Validation,
        Self::MalformedJson,
        Self::BadRequest,
        Self::TooLarge,
        Self::CrossSite,
        Self::UnknownHost,
        Self::UnsupportedMediaType,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::RequestTimeout,
        Self::Unauthorized,
        Self::Forbidden,
        Self::RateLimited,
        Self::TokenNotFound,
        Self::TokenExists,
        Self::TooManyTokens,
        Self::TooManyCapabilitySets,
        Self::AgentNotFound,
        Self::NoAgent,
        Self::TooManyAgents,
        Self::SwarmFull,
        Self::QueueNotFound,
        Self::QueueFull,
        Self::QueueDraining,
        Self::ScheduleNotFound,
        Self::TooManySchedules,
        Self::SwarmClosed,
        Self::SwarmNotEmpty,
        Self::BrokenSnapshot,
        Self::DefaultSwarm,
        Self::InboxFull,
        Self::TooManySubscriptions,
        Self::StateNotFound,
        Self::VersionMismatch,
        Self::NotANumber,
        Self::StateFull,
        Self::BackendUnavailable,
        Self::OutcomeUnknown,
        Self::BackendOutOfMemory,
        Self::BackendDiskError,
        Self::BackendBusy,
        Self::Draining,
        Self::ValidationNotFound,
        Self::ValidationRunning,
        Self::EventsOff,
        Self::TooManyWaiting,
        Self::Internal,
    ];

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The status a problem with this code usually has.
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// The sentence that goes with the code.
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// Whether the same request may succeed later without being changed.
    pub const fn retryable(self) -> bool {
        matches!(
            self,
            Self::RequestTimeout
                | Self::RateLimited
                | Self::TooManyTokens
                | Self::TooManyCapabilitySets
                | Self::TooManyAgents
                | Self::SwarmFull
                | Self::QueueFull
                | Self::TooManySchedules
                | Self::SwarmClosed
                | Self::InboxFull
                | Self::TooManySubscriptions
                | Self::StateFull
                | Self::BackendUnavailable
                | Self::OutcomeUnknown
                | Self::BackendOutOfMemory
                | Self::BackendDiskError
                | Self::BackendBusy
                | Self::Draining
                | Self::TooManyWaiting
        )
    }

    const fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::SwarmNotFound => ("swarm_not_found", StatusCode::NOT_FOUND, "No such swarm"),
            Self::TaskNotFound => ("task_not_found", StatusCode::NOT_FOUND, "No such task"),
            Self::LeaseLost => ("lease_lost", StatusCode::CONFLICT, "The lease is lost"),
            Self::AlreadyFinished => ("already_finished", StatusCode::CONFLICT, "The task has finished"),
            Self::WrongState => ("wrong_state", StatusCode::CONFLICT, "The task is in another state"),
            Self::Duplicate => ("duplicate", StatusCode::CONFLICT, "Another task has this dedup_key"),
            Self::IdempotencyMismatch => (
                "idempotency_mismatch",
                StatusCode::UNPROCESSABLE_ENTITY,
                "The idempotency key was used with another body",
            ),
            Self::Validation => {
                ("validation", StatusCode::UNPROCESSABLE_ENTITY, "A field cannot be accepted")
            }
            Self::MalformedJson => ("malformed_json", StatusCode::BAD_REQUEST, "The body is not JSON"),
            Self::BadRequest => ("bad_request", StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::TooLarge => ("too_large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::CrossSite => {
                ("cross_site", StatusCode::FORBIDDEN, "The request comes from a page of another site")
            }
            Self::UnknownHost => {
                ("unknown_host", StatusCode::FORBIDDEN, "The request was sent to an unknown name")
            }
            Self::UnsupportedMediaType => (
                "unsupported_media_type",
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body is not of a type that is read here",
            ),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND, "No such address"),
            Self::MethodNotAllowed => (
                "method_not_allowed",
                StatusCode::METHOD_NOT_ALLOWED,
                "The address does not take this method",
            ),
            Self::RequestTimeout => {
                ("request_timeout", StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time")
            }
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "A valid token is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "The token does not reach so far"),
            Self::RateLimited => ("rate_limited", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::TokenNotFound => ("token_not_found", StatusCode::NOT_FOUND, "No such token"),
            Self::TokenExists => ("token_exists", StatusCode::CONFLICT, "Another token has this name"),
            Self::TooManyTokens => {
                ("too_many_tokens", StatusCode::TOO_MANY_REQUESTS, "There are too many tokens")
            }
            Self::TooManyCapabilitySets => (
                "too_many_capability_sets",
                StatusCode::TOO_MANY_REQUESTS,
                "The queue waits for too many sets of capabilities",
            ),
            Self::AgentNotFound => ("agent_not_found", StatusCode::NOT_FOUND, "No such agent"),
            Self::NoAgent => ("no_agent", StatusCode::CONFLICT, "No agent can be given the task"),
            Self::TooManyAgents => {
                ("too_many_agents", StatusCode::TOO_MANY_REQUESTS, "The swarm has too many agents")
            }
            Self::SwarmFull => {
                ("swarm_full", StatusCode::TOO_MANY_REQUESTS, "The swarm has too many unfinished tasks")
            }
            Self::QueueNotFound => ("queue_not_found", StatusCode::NOT_FOUND, "No such queue"),
            Self::QueueFull => {
                ("queue_full", StatusCode::TOO_MANY_REQUESTS, "Too many tasks wait in the queue")
            }
            Self::QueueDraining => ("queue_draining", StatusCode::CONFLICT, "The queue takes nothing in"),
            Self::ScheduleNotFound => ("schedule_not_found", StatusCode::NOT_FOUND, "No such schedule"),
            Self::TooManySchedules => {
                ("too_many_schedules", StatusCode::TOO_MANY_REQUESTS, "The swarm has too many schedules")
            }
            Self::SwarmClosed => {
                ("swarm_closed", StatusCode::CONFLICT, "The swarm is being cleared or restored")
            }
            Self::SwarmNotEmpty => ("swarm_not_empty", StatusCode::CONFLICT, "The swarm is not empty"),
            Self::BrokenSnapshot => {
                ("broken_snapshot", StatusCode::UNPROCESSABLE_ENTITY, "The snapshot is broken")
            }
            Self::DefaultSwarm => {
                ("default_swarm", StatusCode::CONFLICT, "The default swarm cannot be deleted")
            }
            Self::InboxFull => ("inbox_full", StatusCode::TOO_MANY_REQUESTS, "An inbox is full"),
            Self::TooManySubscriptions => (
                "too_many_subscriptions",
                StatusCode::TOO_MANY_REQUESTS,
                "The agent subscribes to too many topics",
            ),
            Self::StateNotFound => ("state_not_found", StatusCode::NOT_FOUND, "No such state key"),
            Self::VersionMismatch => {
                ("version_mismatch", StatusCode::PRECONDITION_FAILED, "The key has another version")
            }
            Self::NotANumber => ("not_a_number", StatusCode::CONFLICT, "The value is not a number"),
            Self::StateFull => {
                ("state_full", StatusCode::TOO_MANY_REQUESTS, "The swarm has too many state keys")
            }
            Self::BackendUnavailable => {
                ("backend_unavailable", StatusCode::SERVICE_UNAVAILABLE, "The store cannot be reached")
            }
            Self::OutcomeUnknown => {
                ("outcome_unknown", StatusCode::SERVICE_UNAVAILABLE, "The store did not answer")
            }
            Self::BackendOutOfMemory => {
                ("backend_out_of_memory", StatusCode::SERVICE_UNAVAILABLE, "The store is out of memory")
            }
            Self::BackendDiskError => {
                ("backend_disk_error", StatusCode::SERVICE_UNAVAILABLE, "The store cannot write to its disk")
            }
            Self::BackendBusy => ("backend_busy", StatusCode::SERVICE_UNAVAILABLE, "The store is busy"),
            Self::Draining => ("draining", StatusCode::SERVICE_UNAVAILABLE, "The service is stopping"),
            Self::ValidationNotFound => ("validation_not_found", StatusCode::NOT_FOUND, "No such validation"),
            Self::ValidationRunning => {
                ("validation_running", StatusCode::CONFLICT, "Another validation is under way")
            }
            Self::EventsOff => ("events_off", StatusCode::CONFLICT, "The events of the swarm are turned off"),
            Self::TooManyWaiting => {
                ("too_many_waiting", StatusCode::SERVICE_UNAVAILABLE, "Too many are waiting")
            }
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "A fault of the service"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_is_a_word_of_its_own_in_snake_case() {
        let mut words: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }

    #[test]
    fn what_may_be_retried_unchanged_is_never_the_callers_fault_alone() {
        for code in Code::ALL {
            let passing = code.status().is_server_error() || matches!(code.status().as_u16(), 408 | 429);
            // A name that is being cleared is free in a moment.
            assert!(passing || !code.retryable() || code == Code::SwarmClosed, "{code:?}");
        }
    }
}
