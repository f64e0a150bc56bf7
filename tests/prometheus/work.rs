//! Work that meets everything that is counted.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use waggle_tests::{Held, PATIENCE, World, task, until};

use crate::exposition::Exposition;

/// How often each event of `waggle_tasks_total` and `waggle_messages_total` was met.
pub(crate) type Counts = BTreeMap<(&'static str, &'static str), u64>;

const TASKS: &str = "waggle_tasks_total";
const MESSAGES: &str = "waggle_messages_total";

/// Does everything that is counted, some of it twice under the same key, and says how often it was done.
pub(crate) async fn work(w: &World) -> Counts {
    let mut done = Counts::new();
    for part in [
        ends(w).await,
        ways_back(w).await,
        cancellations(w).await,
        expiries(w).await,
        repetitions(w).await,
        transaction(w).await,
        agent_that_was_removed(w).await,
        letters(w).await,
    ] {
        for (what, count) in part {
            *done.entry(what).or_default() += count;
        }
    }
    done
}

/// What `/metrics` says of the same.
pub(crate) fn exported(exposition: &Exposition, done: &Counts) -> Counts {
    done.keys().map(|&(name, event)| ((name, event), exposition.count(name, &[("event", event)]))).collect()
}

fn counts<const N: usize>(of: &'static str, events: [(&'static str, u64); N]) -> Counts {
    events.into_iter().map(|(event, count)| ((of, event), count)).collect()
}

/// A batch of four with a payload worth compressing, claimed at once, settled in one request, which claims a fifth.
async fn ends(w: &World) -> Counts {
    let payload = "all the same ".repeat(500);
    w.submit_many((0..5).map(|n| task().payload(json!([n, payload])))).await;
    let held = w.claim_with(json!({"agent": "a", "max_tasks": 4})).await;
    let outcome = |held: &Held, kind: &str| json!({"id": held.id, "lease": held.token, "outcome": kind});
    let mut failure = outcome(&held[2], "fail");
    failure["error"] = json!({"message": "no"});
    failure["retryable"] = json!(false);
    let outcomes = [outcome(&held[0], "complete"), outcome(&held[1], "complete"), failure];
    let body = json!({"agent": "a", "outcomes": outcomes, "claim": {"max_tasks": 1}});
    let next = Held::all(&w.post("/settlements").json(body).send().await.ok());
    for held in [&held[3], &next[0]] {
        w.complete(held, 1).await.ok();
    }
    counts(TASKS, [("submitted", 5), ("claimed", 5), ("completed", 4), ("failed", 1)])
}

/// Failed and tried again, released now and for later, made ready by hand.
async fn ways_back(w: &World) -> Counts {
    let id = w.submit_id(task()).await;
    w.fail_with(&w.claim_one("a").await, json!({"retry_after_ms": 1})).await.ok();
    w.release(&w.claim_one("a").await).await.ok();
    let held = w.claim_one("a").await;
    w.on(&id, "release", json!({"lease": held.token, "delay_ms": 1})).await.ok();
    w.fail_with(&w.claim_one("a").await, json!({"retryable": false})).await.ok();
    w.retry(&id).await.ok();
    w.complete(&w.claim_one("a").await, 1).await.ok();
    counts(
        TASKS,
        [
            ("submitted", 1),
            ("claimed", 5),
            ("retried", 2),
            ("released", 2),
            ("promoted", 2),
            ("failed", 1),
            ("completed", 1),
        ],
    )
}

/// A ready and a scheduled task called off, one of them twice; a held one that is given up then.
async fn cancellations(w: &World) -> Counts {
    let ready = w.submit_id(task()).await;
    let scheduled = w.submit_id(task().delay_ms(60_000)).await;
    for id in [&ready, &scheduled, &scheduled] {
        w.cancel(id).await.ok();
    }
    let id = w.submit_id(task()).await;
    let held = w.claim_one("a").await;
    for _ in 0..2 {
        w.cancel(&id).await.ok();
    }
    w.release(&held).await.ok();
    counts(TASKS, [("submitted", 3), ("claimed", 1), ("cancelled", 3)])
}

/// A lease that ends with attempts left, then with none; one of a task that was called off.
async fn expiries(w: &World) -> Counts {
    let id = w.submit_id(task().lease_ms(100).max_attempts(2)).await;
    w.claim_one("dead").await;
    w.claim_one("dead").await;
    w.until_status(&id, "failed").await;
    let id = w.submit_id(task().lease_ms(200)).await;
    w.claim_one("dead").await;
    w.cancel(&id).await.ok();
    w.until_status(&id, "cancelled").await;
    counts(TASKS, [("submitted", 2), ("claimed", 3), ("expired", 3), ("failed", 1), ("cancelled", 1)])
}

/// A submit, a claim and a completion, each sent twice.
async fn repetitions(w: &World) -> Counts {
    for _ in 0..2 {
        let submit = w.post("/tasks").header("idempotency-key", "k").json(task());
        submit.send().await.expect(201);
    }
    w.submit(task().dedup_key("d")).await;
    w.post("/tasks").json(task().dedup_key("d")).send().await.ok();
    let mut held = Vec::new();
    for _ in 0..2 {
        held = w.claim_with(json!({"agent": "a", "max_tasks": 2, "claim_id": "c"})).await;
    }
    for held in held.iter().chain(&held) {
        w.complete(held, 1).await.ok();
    }
    counts(TASKS, [("submitted", 2), ("claimed", 2), ("completed", 2)])
}

/// A task finished, another one submitted and a message sent together, twice under one key.
async fn transaction(w: &World) -> Counts {
    w.submit(task()).await;
    let held = w.claim_one("a").await;
    let ops = json!([
        {"op": "task.complete", "id": held.id, "lease": held.token, "result": 1},
        {"op": "task.submit", "task": {}},
        {"op": "message.send", "message": {"from": "a", "to": {"agent": "a"}, "body": 1}},
    ]);
    for _ in 0..2 {
        let apply = w.post("/transactions").header("idempotency-key", "t");
        apply.json(json!({ "ops": ops })).send().await.ok();
    }
    w.complete(&w.claim_one("a").await, 1).await.ok();
    ack_all(w, "a").await;
    let mut done = counts(TASKS, [("submitted", 2), ("claimed", 2), ("completed", 2)]);
    done.extend(counts(MESSAGES, [("sent", 1), ("acked", 1)]));
    done
}

/// What a removed agent held is given back, or called off where that was asked for.
async fn agent_that_was_removed(w: &World) -> Counts {
    let ids = w.submit_many((0..2).map(|n| task().payload(n))).await;
    w.claim_with(json!({"agent": "gone", "max_tasks": 2})).await;
    w.cancel(&ids[0]).await.ok();
    w.delete("/agents/gone").send().await.expect(204);
    w.complete(&w.claim_one("a").await, 1).await.ok();
    counts(TASKS, [("submitted", 2), ("claimed", 3), ("cancelled", 1), ("released", 1), ("completed", 1)])
}

/// Two messages, one of them to everybody, read twice and acknowledged; one that is sent again under its key.
async fn letters(w: &World) -> Counts {
    w.claim("reader").await;
    ack_all(w, "reader").await;
    for (to, key) in
        [(json!({"agent": "reader"}), "m"), (json!({"agent": "reader"}), "m"), (json!({"swarm": true}), "n")]
    {
        let send = w.post("/messages").header("idempotency-key", key);
        send.json(json!({"from": "a", "to": to, "body": "hello"})).send().await.expect(201);
    }
    for _ in 0..2 {
        let inbox = w.get("/agents/reader/inbox").send().await.ok();
        assert_eq!(inbox["messages"].as_array().map(Vec::len), Some(2));
    }
    assert_eq!(ack_all(w, "reader").await, 2);
    counts(MESSAGES, [("sent", 2), ("delivered", 4), ("acked", 2)])
}

async fn ack_all(w: &World, agent: &str) -> u64 {
    let ack = w.post(&format!("/agents/{agent}/inbox/ack")).json(json!({"up_to": 1_000_000}));
    ack.send().await.ok()["acked"].as_u64().unwrap()
}

/// Tasks submitted one by one to an agent that waits for each; how long the test saw each assignment take, in seconds.
pub(crate) async fn assign(w: &World, tasks: usize) -> Vec<f64> {
    let mut took = Vec::with_capacity(tasks);
    for n in 0..tasks {
        let claim = async { w.claim_with(json!({"agent": "waiting", "wait_ms": 30_000})).await };
        let submit = async {
            until_waiting(w, 1.0).await;
            let begun = std::time::Instant::now();
            w.submit(task().payload(n)).await;
            begun
        };
        let (held, begun) = futures_util::future::join(claim, submit).await;
        took.push(begun.elapsed().as_secs_f64());
        w.complete(&held[0], Value::Null).await.ok();
    }
    took
}

/// Waits until so many claims wait.
pub(crate) async fn until_waiting(w: &World, claims: f64) {
    until("claims wait", PATIENCE, async || {
        let exposition = Exposition::of(w.client()).await;
        (exposition.sum("waggle_long_polls", &[("kind", "claim")]) - claims).abs() < 0.5
    })
    .await;
}
