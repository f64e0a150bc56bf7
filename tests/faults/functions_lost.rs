//! Functions flushed, as by a fresh primary: loaded again, and the call repeated.

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{World, on_a_service, task};

use crate::support::Load;

fn flush(w: &World) {
    let _: Vec<String> = w.service().redis("FUNCTION FLUSH SYNC");
}

/// Fault: functions-lost
#[test]
fn every_call_works_although_the_functions_were_flushed() {
    on_a_service(async |w| {
        flush(&w);
        w.submit_many((0..3).map(|n| task().payload(n))).await;
        flush(&w);
        let id = w.submit_id(task().queue("q")).await;
        flush(&w);
        assert_eq!(w.status(&id).await, "ready");
        flush(&w);
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 3})).await;
        assert_eq!(held.len(), 3);
        flush(&w);
        w.heartbeat(&held[0], json!({})).await.ok();
        flush(&w);
        w.complete(&held[0], 1).await.ok();
        flush(&w);
        w.cancel(&id).await.ok();
        flush(&w);
        w.retry(&id).await.ok();
        flush(&w);
        assert_eq!(w.pages("").await.len(), 4);
        flush(&w);
        let reply = w.client().put(&format!("/v1/swarms/{}-more", w.swarm())).send().await;
        reply.expect(201);
    });
}

/// Fault: functions-lost
#[test]
fn many_calls_at_once_find_the_functions_gone_and_all_work() {
    on_a_service(async |w| {
        for _ in 0..5 {
            flush(&w);
            let replies = join_all((0..50).map(|n| w.post("/tasks").json(task().payload(n)).send())).await;
            assert!(replies.iter().all(|reply| reply.status == 201));
        }
        assert_eq!(w.pages("limit=500").await.len(), 250);
    });
}

/// Fault: functions-lost
#[test]
fn an_agent_that_waits_is_served_although_the_functions_were_flushed() {
    on_a_service(async |w| {
        let wait = w.claim_with(json!({"agent": "a", "wait_ms": 20_000}));
        let submit = async {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            flush(&w);
            w.submit_id(task()).await
        };
        let (held, id) = futures_util::future::join(wait, submit).await;
        assert_eq!(held[0].id, id);
    });
}

/// Fault: functions-lost
#[test]
fn flushed_again_and_again_under_load_the_history_holds() {
    on_a_service(async |w| {
        let fault = async {
            for _ in 0..8 {
                tokio::time::sleep(std::time::Duration::from_millis(80)).await;
                flush(&w);
            }
        };
        Load { submitters: 4, tasks: 25, agents: 6 }.run(std::slice::from_ref(&w), fault).await;
    });
}
