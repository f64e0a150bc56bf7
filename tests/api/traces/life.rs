//! One trace through the life of a task.

use serde_json::json;
use waggle_tests::{Collector, Held, RedisServer, Service, Setup, Span, World, in_a_swarm_of, task};

use super::support::{PARENT, SAMPLED, TRACE, ids, is_of, is_request, traced, with_a_collector};

const SUBMIT: &str = "POST /v1/swarms/{swarm}/tasks";
const CLAIM: &str = "POST /v1/swarms/{swarm}/claims";
const COMPLETE: &str = "POST /v1/swarms/{swarm}/tasks/{id}/complete";

#[test]
fn submit_claim_and_completion_of_a_task_are_one_trace() {
    with_a_collector(async |w, collector| {
        let id = w.submit_id(task().queue("q")).await;
        let held = w.claim_with(json!({"agent": "a", "queues": ["q"]})).await.remove(0);
        w.complete(&held, 1).await.ok();
        let submit = collector.span("the submit", |span| is_request(span, SUBMIT, &w)).await;
        let claim = collector.span("the claim", |span| is_request(span, CLAIM, &w)).await;
        let complete = collector.span("the complete", |span| is_request(span, COMPLETE, &w)).await;
        let claimed = collector.span("that it was claimed", |span| is_of(span, "task.claimed", &id)).await;
        let run = collector.span("its run", |span| is_of(span, "task.run", &id)).await;

        assert_eq!(ids(held.task["traceparent"].as_str().unwrap()), (&*submit.trace, &*submit.id));
        for span in [&claimed, &run] {
            assert_eq!((&span.trace, &span.parent), (&submit.trace, &submit.id), "{span:?}");
            assert_eq!(span.kind, "CONSUMER");
            for (name, value) in [
                ("waggle.swarm", w.swarm()),
                ("waggle.queue", "q"),
                ("waggle.agent", "a"),
                ("waggle.task.attempt", "1"),
            ] {
                assert_eq!(span.attribute(name), value, "{name} of {span:?}");
            }
        }
        assert_ne!(claim.trace, submit.trace, "a claim that waits belongs to no task");
        assert_eq!(claimed.links, [claim.id]);
        assert_eq!(run.links, [complete.id]);
        assert_eq!((run.attribute("waggle.outcome"), run.failed), ("complete", false));
        assert!(run.start >= submit.start / 1_000_000 * 1_000_000 && run.end >= run.start, "{run:?}");
    });
}

#[test]
fn the_trace_of_a_task_goes_on_at_whichever_server_it_is_claimed_and_ended() {
    let (redis, collector) = (RedisServer::start(), Collector::start());
    let setup = |name| traced(Setup::redis(&redis), &collector).set("WAGGLE_TRACE__SERVICE_NAME", name);
    let (one, two) = (Service::start(setup("one")), Service::start(setup("two")));
    in_a_swarm_of(&one, async |w| {
        let other = w.through(&two.base());
        let id = w.submit_id(task().max_attempts(5)).await;
        // Claimed at one and ended at the other, then the other way round.
        let held = other.claim_one("a").await;
        w.release(&held).await.ok();
        let held = w.claim_one("b").await;
        other.complete(&held, 1).await.ok();
        let submit = collector.span("the submit", |span| is_request(span, SUBMIT, &w)).await;
        for (name, service, agent) in [
            ("task.claimed", "two", "a"),
            ("task.run", "one", "a"),
            ("task.claimed", "one", "b"),
            ("task.run", "two", "b"),
        ] {
            let is_it = |span: &Span| is_of(span, name, &id) && span.attribute("waggle.agent") == agent;
            let span = collector.span(name, is_it).await;
            assert_eq!((&*span.service, &span.trace, &span.parent), (service, &submit.trace, &submit.id));
        }
    });
}

#[test]
fn every_way_an_attempt_can_end_is_told_with_its_number() {
    with_a_collector(async |w, collector| {
        let id = w.submit_id(task().max_attempts(9)).await;
        let run = async |outcome: &str, status: &str, attempt: &str| {
            let is_it = |span: &Span| {
                is_of(span, "task.run", &id)
                    && span.attribute("waggle.outcome") == outcome
                    && span.attribute("waggle.task.status") == status
                    && span.attribute("waggle.task.attempt") == attempt
            };
            collector.span(outcome, is_it).await
        };
        w.release(&w.claim_one("a").await).await.ok();
        assert!(!run("release", "ready", "1").await.failed);
        w.fail_with(&w.claim_one("a").await, json!({"retry_after_ms": 0})).await.ok();
        assert!(run("fail", "scheduled", "1").await.failed);
        let held = w.claim_one("a").await;
        settle(&w, &held).await;
        run("complete", "completed", "2").await;
        assert_eq!(w.complete(&held, 1).await.status, 200, "sent again it is answered alike");
        let told = collector.spans().iter().filter(|span| is_of(span, "task.run", &id)).count();
        assert_eq!(told, 3);
    });
}

#[test]
fn an_attempt_that_a_transaction_ends_is_told_too() {
    with_a_collector(async |w, collector| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        let op = json!({"op": "task.complete", "id": held.id, "lease": held.token});
        let next = json!({"op": "task.submit", "task": {}});
        let answer = w.post("/transactions").json(json!({"ops": [op, next]})).send().await.ok();
        let run = collector.span("its run", |span| is_of(span, "task.run", &id)).await;
        let is_it = |span: &Span| is_request(span, "POST /v1/swarms/{swarm}/transactions", &w);
        let transaction = collector.span("the transaction", is_it).await;
        assert_eq!(run.links, std::slice::from_ref(&transaction.id));
        let next = answer["results"][1]["traceparent"].as_str().unwrap();
        assert_eq!(
            ids(next),
            (&*transaction.trace, &*transaction.id),
            "what it submits is part of its trace"
        );
    });
}

#[test]
fn a_run_ends_when_it_is_settled_however_long_the_settlement_waits_for_the_next_task() {
    with_a_collector(async |w, collector| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        let outcome = json!({"id": held.id, "lease": held.token, "outcome": "complete"});
        let claim = json!({"queues": ["nothing-here"], "wait_ms": 1_500});
        let body = json!({"agent": "a", "outcomes": [outcome], "claim": claim});
        w.post("/settlements").json(body).send().await.ok();
        let run = collector.span("its run", |span| is_of(span, "task.run", &id)).await;
        let is_it = |span: &Span| is_request(span, "POST /v1/swarms/{swarm}/settlements", &w);
        let settlement = collector.span("the settlement", is_it).await;
        assert!(settlement.end - run.end >= 1_000_000_000, "{run:?} {settlement:?}");
    });
}

#[test]
fn a_task_keeps_the_context_its_submitter_gave_it() {
    with_a_collector(async |w, collector| {
        let submit = w.post("/tasks").header("traceparent", SAMPLED).header("tracestate", "v=1").json(task());
        let id = submit.send().await.expect(201)["id"].as_str().unwrap().to_owned();
        let held = w.claim_one("a").await;
        assert_eq!(held.task["traceparent"], SAMPLED);
        let body = json!({"lease": held.token});
        let complete = w.post(&format!("/tasks/{id}/complete")).header("traceparent", SAMPLED).json(body);
        complete.send().await.ok();
        for name in [SUBMIT, COMPLETE] {
            let span = collector.span(name, |span| is_request(span, name, &w)).await;
            assert_eq!((&*span.trace, &*span.parent), (TRACE, PARENT));
        }
        for name in ["task.claimed", "task.run"] {
            let span = collector.span(name, |span| is_of(span, name, &id)).await;
            assert_eq!((&*span.trace, &*span.parent), (TRACE, PARENT));
        }
    });
}

#[test]
fn the_context_is_found_behind_whatever_a_task_carries() {
    with_a_collector(async |w, collector| {
        let decoy = json!({"traceparent": "00-11111111111111111111111111111111-1111111111111111-01"});
        let metadata = json!({"filler": "x".repeat(15_000), "decoy": decoy});
        let task =
            task().with("metadata", metadata).with("type", "\"traceparent\":\"00-1-1-01\"}").payload("\n\n");
        let id = w.submit_id(task).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        let run = collector.span("its run", |span| is_of(span, "task.run", &id)).await;
        assert_eq!((&*run.trace, &*run.parent), ids(held.task["traceparent"].as_str().unwrap()));
    });
}

/// Completes it by way of a settlement.
async fn settle(w: &World, held: &Held) {
    let outcome = json!({"id": held.id, "lease": held.token, "outcome": "complete"});
    w.post("/settlements").json(json!({"agent": "a", "outcomes": [outcome]})).send().await.ok();
}
