//! What each address asks for. An address that is not here asks for `admin`: nothing is open by being forgotten.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::Method;
use waggle_task_queue::model::{Scope, Scopes};

/// What has to be shown for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing.
    Open,
    /// Any token that is valid.
    Any,
    /// A token with one of these scopes.
    Of(Scopes),
    /// A token with one of these scopes, unless `metrics.open` is set.
    Metrics(Scopes),
}

const OPEN: Need = Need::Open;
const ANY: Need = Need::Any;
const SUBMIT: Need = Need::Of(Scopes::of(&[Scope::Submit]));
const WORK: Need = Need::Of(Scopes::of(&[Scope::Work]));
const MESSAGE: Need = Need::Of(Scopes::of(&[Scope::Message]));
const STATE: Need = Need::Of(Scopes::of(&[Scope::State]));
const OPERATE: Need = Need::Of(Scopes::of(&[Scope::Operate]));
const ADMIN: Need = Need::Of(Scopes::of(&[Scope::Admin]));
/// Each operation of a transaction asks for its own scope.
const OPERATIONS: Need = Need::Of(Scopes::of(&[Scope::Submit, Scope::Work, Scope::Message, Scope::State]));
/// An agent that leaves, or an operator who takes it out.
const WORK_OR_OPERATE: Need = Need::Of(Scopes::of(&[Scope::Work, Scope::Operate]));

/// Method, address and need. `HEAD` asks for what `GET` does.
#[rustfmt::skip]
pub(crate) const ROUTES: &[(&str, &str, Need)] = &[
    // open: probes, the document and its pages, the operators' page, which holds no data
    ("GET", "/health/live", OPEN),
    ("GET", "/health/ready", OPEN),
    ("GET", "/openapi.json", OPEN),
    ("GET", "/docs", OPEN),
    ("GET", "/docs/", OPEN),
    ("GET", "/docs/{*rest}", OPEN),
    ("GET", "/perf/dashboard", OPEN),
    ("GET", "/perf/dashboard/{file}", OPEN),
    // tasks
    ("POST", "/v1/swarms/{swarm}/tasks", SUBMIT),
    ("POST", "/v1/swarms/{swarm}/tasks/batch", SUBMIT),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/cancel", SUBMIT),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/retry", SUBMIT),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/input", SUBMIT),
    ("GET", "/v1/swarms/{swarm}/tasks", ANY),
    ("GET", "/v1/swarms/{swarm}/tasks/count", ANY),
    ("GET", "/v1/swarms/{swarm}/tasks/{id}", ANY),
    ("GET", "/v1/swarms/{swarm}/tasks/{id}/attempts", ANY),
    ("GET", "/v1/swarms/{swarm}/tasks/{id}/events", ANY),
    ("GET", "/v1/swarms/{swarm}/tasks/{id}/output", ANY),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/assign", OPERATE),
    ("POST", "/v1/swarms/{swarm}/tasks/actions", OPERATE),
    // work
    ("POST", "/v1/swarms/{swarm}/claims", WORK),
    ("POST", "/v1/swarms/{swarm}/settlements", WORK),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/heartbeat", WORK),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/complete", WORK),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/fail", WORK),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/release", WORK),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/output", WORK),
    ("POST", "/v1/swarms/{swarm}/tasks/{id}/input-request", WORK),
    ("POST", "/v1/swarms/{swarm}/transactions", OPERATIONS),
    // agents
    ("GET", "/v1/swarms/{swarm}/agents", ANY),
    ("GET", "/v1/swarms/{swarm}/agents/{agent}", ANY),
    ("PUT", "/v1/swarms/{swarm}/agents/{agent}", WORK),
    ("DELETE", "/v1/swarms/{swarm}/agents/{agent}", WORK_OR_OPERATE),
    ("POST", "/v1/swarms/{swarm}/agents/{agent}/heartbeat", WORK),
    ("POST", "/v1/swarms/{swarm}/agents/{agent}/drain", OPERATE),
    ("POST", "/v1/swarms/{swarm}/agents/{agent}/resume", OPERATE),
    // messages
    ("POST", "/v1/swarms/{swarm}/messages", MESSAGE),
    ("GET", "/v1/swarms/{swarm}/agents/{agent}/inbox", MESSAGE),
    ("POST", "/v1/swarms/{swarm}/agents/{agent}/inbox/ack", MESSAGE),
    ("PUT", "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}", MESSAGE),
    ("DELETE", "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}", MESSAGE),
    // state
    ("GET", "/v1/swarms/{swarm}/state", STATE),
    ("GET", "/v1/swarms/{swarm}/state/{key}", STATE),
    ("PUT", "/v1/swarms/{swarm}/state/{key}", STATE),
    ("PATCH", "/v1/swarms/{swarm}/state/{key}", STATE),
    ("DELETE", "/v1/swarms/{swarm}/state/{key}", STATE),
    ("GET", "/v1/swarms/{swarm}/state/{key}/increment", STATE),
    ("PUT", "/v1/swarms/{swarm}/state/{key}/increment", STATE),
    ("PATCH", "/v1/swarms/{swarm}/state/{key}/increment", STATE),
    ("DELETE", "/v1/swarms/{swarm}/state/{key}/increment", STATE),
    ("POST", "/v1/swarms/{swarm}/state/{key}/increment", STATE),
    ("GET", "/v1/swarms/{swarm}/state/{key}/{*rest}", STATE),
    ("PUT", "/v1/swarms/{swarm}/state/{key}/{*rest}", STATE),
    ("PATCH", "/v1/swarms/{swarm}/state/{key}/{*rest}", STATE),
    ("DELETE", "/v1/swarms/{swarm}/state/{key}/{*rest}", STATE),
    ("POST", "/v1/swarms/{swarm}/state/{key}/{*rest}", STATE),
    // swarms
    ("GET", "/v1/swarms", ANY),
    ("GET", "/v1/swarms/{swarm}", ANY),
    ("GET", "/v1/swarms/{swarm}/stats", ANY),
    ("PUT", "/v1/swarms/{swarm}", ADMIN),
    ("DELETE", "/v1/swarms/{swarm}", ADMIN),
    ("POST", "/v1/swarms/{swarm}/pause", OPERATE),
    ("POST", "/v1/swarms/{swarm}/resume", OPERATE),
    ("GET", "/v1/swarms/{swarm}/events", OPERATE),
    ("GET", "/v1/swarms/{swarm}/snapshot", OPERATE),
    ("PUT", "/v1/swarms/{swarm}/snapshot", ADMIN),
    // queues and schedules
    ("GET", "/v1/swarms/{swarm}/queues", OPERATE),
    ("GET", "/v1/swarms/{swarm}/queues/{queue}", OPERATE),
    ("PUT", "/v1/swarms/{swarm}/queues/{queue}", OPERATE),
    ("POST", "/v1/swarms/{swarm}/queues/{queue}/drain", OPERATE),
    ("POST", "/v1/swarms/{swarm}/queues/{queue}/pause", OPERATE),
    ("POST", "/v1/swarms/{swarm}/queues/{queue}/purge", OPERATE),
    ("POST", "/v1/swarms/{swarm}/queues/{queue}/replay", OPERATE),
    ("POST", "/v1/swarms/{swarm}/queues/{queue}/resume", OPERATE),
    ("GET", "/v1/swarms/{swarm}/schedules", OPERATE),
    ("GET", "/v1/swarms/{swarm}/schedules/{name}", OPERATE),
    ("PUT", "/v1/swarms/{swarm}/schedules/{name}", OPERATE),
    ("DELETE", "/v1/swarms/{swarm}/schedules/{name}", OPERATE),
    ("POST", "/v1/swarms/{swarm}/schedules/{name}/run", OPERATE),
    // the whole service
    ("GET", "/v1/tokens", ADMIN),
    ("POST", "/v1/tokens", ADMIN),
    ("DELETE", "/v1/tokens/{name}", ADMIN),
    ("GET", "/metrics", Need::Metrics(Scopes::of(&[Scope::Operate]))),
    ("GET", "/perf/alerts", OPERATE),
    ("GET", "/perf/history", OPERATE),
    ("GET", "/perf/report", OPERATE),
    ("GET", "/perf/stream", OPERATE),
    ("POST", "/perf/validate", OPERATE),
    ("GET", "/perf/validate/{id}", OPERATE),
];

static NEEDS: LazyLock<HashMap<&str, Vec<(&str, Need)>>> = LazyLock::new(|| {
    let mut needs = HashMap::<_, Vec<_>>::new();
    for (method, path, need) in ROUTES {
        needs.entry(*path).or_default().push((*method, *need));
    }
    needs
});

/// What a call of `method` at the address that matched asks for.
pub(crate) fn need_of(method: &Method, matched: Option<&str>) -> Need {
    // Of an address that leads nowhere any token may be told so.
    let Some(matched) = matched else { return ANY };
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let row = NEEDS.get(matched).and_then(|rows| rows.iter().find(|(known, _)| *known == method));
    row.map_or(ADMIN, |(_, need)| *need)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_table_asks_for_admin_and_an_address_that_leads_nowhere_for_any_token() {
        assert_eq!(need_of(&Method::GET, Some("/v1/forgotten")), ADMIN);
        assert_eq!(need_of(&Method::TRACE, Some("/health/live")), ADMIN);
        assert_eq!(need_of(&Method::GET, None), ANY);
        assert_eq!(need_of(&Method::HEAD, Some("/metrics")), need_of(&Method::GET, Some("/metrics")));
    }

    #[test]
    fn no_address_is_in_the_table_twice() {
        let mut rows: Vec<_> = ROUTES.iter().map(|(method, path, _)| (path, method)).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), ROUTES.len());
    }
}
