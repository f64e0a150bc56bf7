//! Which traces are kept.

use serde_json::json;
use waggle_tests::{Collector, Service, Setup, in_a_swarm_of, task};

use super::support::{SAMPLED, TRACE, ids, traced, with_a_collector};

#[test]
fn without_sampling_nothing_is_sent_but_what_a_caller_has_decided_to_keep() {
    let collector = Collector::start();
    let service =
        Service::start(traced(Setup::private(), &collector).set("WAGGLE_TRACE__SAMPLE_PERCENT", "0"));
    in_a_swarm_of(&service, async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        assert!(
            held.task["traceparent"].as_str().unwrap().ends_with("-00"),
            "the decision goes on to the agent"
        );
        w.complete(&held, 1).await.ok();
        w.post("/tasks").header("traceparent", SAMPLED).json(task()).send().await.expect(201);
        w.complete(&w.claim_one("a").await, 1).await.ok();
        collector.span("the run", |span| span.name == "task.run").await;
        // Spans are sent in the order in which they end: those of the first task would be there.
        let spans = collector.spans();
        assert!(spans.iter().all(|span| span.trace == TRACE), "{spans:?}");
    });
}

#[test]
fn what_a_caller_has_decided_not_to_keep_is_not_sent() {
    with_a_collector(async |w, collector| {
        let dropped = format!("{}-00", SAMPLED.strip_suffix("-01").unwrap());
        w.post("/tasks").header("traceparent", &dropped).json(task()).send().await.expect(201);
        let held = w.claim_one("a").await;
        assert_eq!(held.task["traceparent"], dropped.as_str());
        w.complete(&held, 1).await.ok();
        w.submit(task().payload("a later one")).await;
        w.complete(&w.claim_one("a").await, 1).await.ok();
        collector.span("the later run", |span| span.name == "task.run").await;
        assert!(collector.spans().iter().all(|span| span.trace != TRACE));
    });
}

#[test]
fn a_context_that_is_none_begins_a_trace() {
    with_a_collector(async |w, collector| {
        for wrong in
            ["", "00-1-2-01", &SAMPLED.replace(TRACE, &"0".repeat(32)), &SAMPLED.replace("00-0", "ff-0")]
        {
            let submit = w.post("/tasks").header("traceparent", wrong).json(task());
            let submitted = submit.send().await.expect(201);
            let (trace, parent) = ids(submitted["traceparent"].as_str().unwrap());
            let span = collector.span("the submit", |span| span.trace == trace && span.id == parent).await;
            assert_eq!(span.parent, "", "{wrong}");
        }
    });
}

#[test]
fn where_nothing_is_configured_a_task_gets_no_context() {
    waggle_tests::in_a_swarm(async |w| {
        assert_eq!(w.submit(task()).await.get("traceparent"), None);
        assert_eq!(w.claim_with(json!({"agent": "a"})).await[0].task.get("traceparent"), None);
    });
}
