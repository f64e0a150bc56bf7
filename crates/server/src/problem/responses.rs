//! The problems an operation may answer with, as its document lists them.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{Content, Ref, RefOr, Response};

/// Declares a set of problems that operations share; `beside` another, whose descriptions its own ones replace.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident $(beside $other:ident)? { $($status:literal: $description:literal,)+ })+) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                let mut responses = BTreeMap::new();
                $(responses.extend($other::responses());)?
                responses.extend([$(($status.to_owned(), problem($description)),)+]);
                responses
            }
        }
    )+};
}

problems! {
    /// Of every operation.
    CallProblems {
        "500": "`internal`: a fault of the service; its log says more under the `request_id`.",
        "503": "`backend_unavailable`, `backend_busy`, `backend_out_of_memory`, `backend_disk_error`, `draining`, \
                `too_many_waiting`: not applied, come back after `Retry-After`. `outcome_unknown`: sent without an \
                answer, the same request with the same key or lease does no harm.",
    }
    /// Of an operation that reads a body.
    BodyProblems {
        "400": "`malformed_json`: the body is not JSON, not UTF-8, or nested deeper than 64 levels, or than \
                `server.max_json_depth`. `bad_request`: the address is \
                not percent-encoded UTF-8.",
        "408": "`request_timeout`: the body did not arrive in time.",
        "413": "`too_large`: the body is larger than `server.body_limit_bytes`, or the batch too long.",
        "415": "`unsupported_media_type`: the body is not said to be `application/json`.",
        "422": "`validation`: a field cannot be accepted, see `errors`. `idempotency_mismatch`: the key was used \
                with another body.",
    }
    /// Of an operation with names in its address.
    AddressProblems {
        "400": "`bad_request`: the address is not percent-encoded UTF-8.",
        "422": "`validation`: a name, parameter or header cannot be accepted, see `errors`.",
    }
    /// Of an operation on a swarm.
    SwarmProblems beside AddressProblems {
        "404": "`swarm_not_found`: make it with `PUT /v1/swarms/{swarm}`.",
    }
    /// Of an operation on an agent.
    AgentProblems beside AddressProblems {
        "404": "`agent_not_found`: it never was registered, or it was deleted or forgotten. `swarm_not_found`.",
    }
    /// Of a look at a queue.
    QueueProblems beside AddressProblems {
        "404": "`queue_not_found`, `swarm_not_found`.",
    }
    /// Of a restore.
    SnapshotProblems beside AddressProblems {
        "400": "`bad_request`: the body broke off.",
        "404": "`swarm_not_found`: make it with `PUT /v1/swarms/{swarm}`.",
        "408": "`request_timeout`: its sender was silent for `server.body_timeout_ms`.",
        "409": "`swarm_not_empty`: a snapshot is restored into an empty swarm only. `swarm_closed`: another one is being \
                restored.",
        "413": "`too_large`: the snapshot is larger than `snapshots.limit_bytes`.",
        "415": "`unsupported_media_type`: the body is not said to be `application/x-ndjson`.",
        "422": "`broken_snapshot`: `line` says where; nothing was changed.",
    }
    /// Of an operation on a task.
    TaskProblems beside AddressProblems {
        "404": "`task_not_found`: it never existed or its retention has ended. `swarm_not_found`.",
    }
    /// Of an operation on a schedule.
    ScheduleProblems beside AddressProblems {
        "404": "`schedule_not_found`: it never was made, or it was deleted. `swarm_not_found`.",
    }
    /// Of an operation on a token.
    TokenProblems beside AddressProblems {
        "404": "`token_not_found`: Redis keeps none of this name.",
    }
    /// Of an operation on a state key.
    StateProblems beside AddressProblems {
        "404": "`state_not_found`: it never existed, was deleted or has expired. `swarm_not_found`.",
    }
    /// Of an operation that changes a state key.
    StateWriteProblems beside AddressProblems {
        "404": "`state_not_found`: of a delete, there is no such key. `task_not_found`: the task of the lease. \
                `swarm_not_found`.",
        "409": "`lease_lost`: the lease is not held any more. `not_a_number`: of an increment, the value is no number, \
                or the sum too large. Nothing was changed.",
        "412": "`version_mismatch`: the key has another version, `version` says which; 0 where it does not exist. \
                Nothing was changed.",
        "429": "`state_full`: the swarm has 1,000,000 keys; delete some.",
    }
    /// Of a transaction.
    TransactionProblems beside AddressProblems {
        "404": "`task_not_found`, `agent_not_found`, `state_not_found`, with the place of the condition or operation in \
                `in` and `index`. `swarm_not_found`.",
        "409": "`lease_lost`, `wrong_state`, `not_a_number`, `queue_draining`, with the place in `in` and `index`; nothing was \
                changed.",
        "412": "`version_mismatch`, with the place in `in` and `index` and the key's `version`; nothing was changed.",
        "429": "`inbox_full`, `swarm_full`, `queue_full`, `state_full`, `too_many_capability_sets`, with the place in \
                `in` and `index`; nothing was changed.",
    }
    /// Of an operation on a task under a lease.
    LeaseProblems beside AddressProblems {
        "404": "`task_not_found`: it never existed or its retention has ended. `swarm_not_found`.",
        "409": "`lease_lost`: the task is no longer held under this lease; nothing was changed.",
    }
}

/// The answer of a problem.
pub(crate) fn problem(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut response = Response::new(description);
    response.content.insert("application/problem+json".to_owned(), RefOr::T(content));
    RefOr::T(response)
}
