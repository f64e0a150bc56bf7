//! Requests, and the calls of functions within them.

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{Collector, RedisServer, Service, Setup, Span, in_a_swarm_of, task};

use super::support::{is_request, traced, with_a_collector};

const SUBMIT: &str = "POST /v1/swarms/{swarm}/tasks";

fn is_call(span: &Span, operation: &str, within: &Span) -> bool {
    span.parent == within.id && span.attribute("db.operation.name") == operation
}

#[test]
fn a_request_is_a_span_and_the_call_of_a_function_one_within_it() {
    with_a_collector(async |w, collector| {
        w.submit(task()).await;
        let request = collector.span("the request", |span| is_request(span, SUBMIT, &w)).await;
        for (name, value) in [
            ("http.request.method", "POST"),
            ("http.route", "/v1/swarms/{swarm}/tasks"),
            ("http.response.status_code", "201"),
            ("url.path", &w.path("/tasks")),
            ("error.type", ""),
        ] {
            assert_eq!(request.attribute(name), value, "{name}");
        }
        assert_eq!((&*request.parent, &*request.service, request.failed), ("", "waggle", false));
        let call = collector.span("the call", |span| is_call(span, "task_submit", &request)).await;
        assert_eq!((&*call.name, call.kind, &call.trace), ("task_submit", "CLIENT", &request.trace));
        assert_eq!((call.attribute("db.system.name"), call.failed), ("redis", false));
        assert!(call.start >= request.start && call.end <= request.end, "{call:?} {request:?}");
    });
}

#[test]
fn a_clients_own_mistake_is_no_failure_of_a_request_and_an_unknown_address_has_no_route() {
    with_a_collector(async |w, collector| {
        w.post("/tasks").json(json!({"priority": 10})).send().await.problem(422, "validation");
        w.client().get(&w.path("/nowhere")).send().await.problem(404, "not_found");
        for (name, status) in [(SUBMIT, "422"), ("GET", "404")] {
            let span = collector.span(name, |span| is_request(span, name, &w)).await;
            assert_eq!((span.attribute("http.response.status_code"), span.failed), (status, false));
        }
    });
}

#[test]
fn a_request_that_fails_and_its_call_say_why() {
    let (redis, collector) = (RedisServer::start(), Collector::start());
    let service = Service::start(traced(Setup::redis(&redis), &collector));
    in_a_swarm_of(&service, async |w| {
        redis.kill();
        let code = w.post("/tasks").json(task()).send().await.body["code"].as_str().unwrap().to_owned();
        redis.boot();
        let is_it = |span: &Span| is_request(span, SUBMIT, &w) && span.failed;
        let request = collector.span("the request", is_it).await;
        assert_eq!(request.attribute("error.type"), code);
        let call = collector.span("the call", |span| is_call(span, "task_submit", &request)).await;
        assert!(
            call.failed && ["unavailable", "unknown"].contains(&call.attribute("error.type")),
            "{call:?}"
        );
        w.until_it_works().await;
    });
}

#[test]
fn calls_that_travel_together_say_how_many_they_are_and_each_is_its_requests() {
    with_a_collector(async |w, collector| {
        let submits = 64;
        join_all((0..submits).map(|n| w.submit(task().payload(n)))).await;
        let calls = waggle_tests::until_some("all calls", waggle_tests::PATIENCE, async || {
            let spans = collector.spans();
            let requests: Vec<_> = spans.iter().filter(|span| is_request(span, SUBMIT, &w)).collect();
            let of =
                |request: &&Span| spans.iter().find(|span| is_call(span, "task_submit", request)).cloned();
            let calls: Vec<_> = requests.iter().filter_map(of).collect();
            (calls.len() == submits).then_some(calls)
        })
        .await;
        let sizes =
            calls.iter().map(|call| call.attribute("db.operation.batch.size").parse::<usize>().unwrap());
        assert!(sizes.clone().all(|size| size >= 1) && sizes.clone().any(|size| size > 1), "{sizes:?}");
    });
}

#[test]
fn a_claim_that_waits_shows_its_wait_and_its_looks() {
    with_a_collector(async |w, collector| {
        let claim = json!({"agent": "a", "queues": ["nothing-here"], "wait_ms": 300});
        assert!(w.claim_with(claim).await.is_empty());
        let is_it = |span: &Span| is_request(span, "POST /v1/swarms/{swarm}/claims", &w);
        let request = collector.span("the claim", is_it).await;
        let wait =
            collector.span("the wait", |span| span.name == "claim.wait" && span.parent == request.id).await;
        assert!(wait.end - wait.start >= 250_000_000, "{wait:?}");
        let look = collector.span("a look", |span| is_call(span, "task_claim", &wait)).await;
        assert!(look.kind == "CLIENT" && look.end <= wait.end, "{look:?}");
    });
}

#[test]
fn who_waits_for_the_end_of_a_task_shows_it() {
    with_a_collector(async |w, collector| {
        let id = w.submit_id(task()).await;
        w.get(&format!("/tasks/{id}?wait_ms=200")).send().await.ok();
        let wait = collector.span("the wait", |span| span.name == "task.wait").await;
        assert!(wait.kind == "INTERNAL" && wait.end - wait.start >= 150_000_000, "{wait:?}");
    });
}

#[test]
fn what_nobody_has_asked_for_is_no_trace() {
    with_a_collector(async |w, collector| {
        // Sweeps of the maintenance go on meanwhile.
        let delayed = w.submit_id(task().delay_ms(300)).await;
        w.until_status(&delayed, "ready").await;
        w.claim("a").await;
        let is_it = |span: &Span| is_request(span, "POST /v1/swarms/{swarm}/claims", &w);
        collector.span("a later request", is_it).await;
        let roots: Vec<_> = collector.spans().into_iter().filter(|span| span.parent.is_empty()).collect();
        assert!(!roots.is_empty() && roots.iter().all(|span| span.kind == "SERVER"), "{roots:?}");
    });
}
