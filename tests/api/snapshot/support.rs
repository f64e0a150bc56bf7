//! Swarms with something of everything in them, and what is done with their snapshots.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use waggle_tests::{Held, Reply, World, task};

/// What a snapshot is said to be.
pub(crate) const NDJSON: &str = "application/x-ndjson";

/// The snapshot of a swarm.
pub(crate) async fn export(w: &World) -> String {
    let reply = w.get("/snapshot").send().await;
    assert_eq!((reply.status, reply.header("content-type")), (200, NDJSON), "{}", reply.text);
    reply.text
}

/// The answer to a restore.
pub(crate) async fn restore(w: &World, snapshot: impl Into<String>) -> Reply {
    w.put("/snapshot").header("content-type", NDJSON).untyped(snapshot.into()).send().await
}

/// Another swarm, empty.
pub(crate) async fn empty(w: &World) -> World {
    let other = w.beside(&format!("{}-other", w.swarm()));
    other.put("").send().await.expect(201);
    other
}

/// The lines of a snapshot that are of this kind.
pub(crate) fn lines_of(snapshot: &str, kind: &str) -> Vec<Value> {
    let lines = snapshot.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter_map(|line| line.get(kind).cloned()).collect()
}

/// A snapshot of these lines with an end that fits them.
pub(crate) fn sealed(lines: &[String]) -> String {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let count = |kind| lines_of(&text, kind).len();
    let counts = json!({
        "former": count("former"), "agents": count("agent"), "messages": count("message"), "inbox": count("inbox"),
        "deleted": count("deleted"), "state": count("state"), "tasks": count("task"),
    });
    let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{text}{}\n", json!({ "end": { "counts": counts, "digest": digest } }))
}

/// The lines of a snapshot without its end.
pub(crate) fn body_of(snapshot: &str) -> Vec<String> {
    let mut lines: Vec<String> = snapshot.lines().map(str::to_owned).collect();
    lines.pop();
    lines
}

/// What was put into a swarm and is held there.
pub(crate) struct Furnished {
    /// A task that is running.
    pub(crate) held: Held,
    /// A task that is running and was asked to stop.
    pub(crate) stopping: Held,
}

/// Puts something of everything into a swarm.
pub(crate) async fn furnish(w: &World) -> Furnished {
    let said =
        json!({"objective": "o", "metadata": {"n": 1.0}, "limits": {"max_tasks": 500, "max_agents": 50}});
    w.put("").json(said).send().await.ok();
    agents(w).await;
    messages(w).await;
    state(w).await;
    tasks(w).await
}

async fn agents(w: &World) {
    for (name, body) in [
        ("worker", json!({"capacity": 50, "capabilities": ["python", "rust"], "metadata": {"k": [1.50]}})),
        ("reader", json!({"inbox_limit": 77, "ttl_ms": 120_000})),
        ("drained", json!({})),
        ("gone", json!({})),
    ] {
        w.put(&format!("/agents/{name}")).json(body).send().await.expect(201);
    }
    w.post("/agents/drained/drain").send().await.ok();
    assert_eq!(w.delete("/agents/gone").send().await.status, 204);
    for (agent, topic) in [("worker", "news"), ("reader", "news"), ("reader", "other")] {
        assert_eq!(w.put(&format!("/agents/{agent}/subscriptions/{topic}")).send().await.status, 204);
    }
}

async fn messages(w: &World) {
    let send = async |to: Value, body: Value| {
        let message =
            json!({"from": "writer", "to": to, "body": body, "kind": "note", "correlation_id": "c"});
        w.post("/messages").json(message).send().await.expect(201)
    };
    send(json!({"agent": "reader"}), json!({"text": "first\nline"})).await;
    send(json!({"topic": "news"}), json!("x".repeat(5_000))).await;
    send(json!({"swarm": true}), json!(1.0)).await;
    send(json!({"agent": "worker"}), Value::Null).await;
    w.post("/agents/reader/inbox/ack").json(json!({"up_to": 1})).send().await.ok();
}

async fn state(w: &World) {
    for (key, body) in [
        ("plan", json!({"value": {"steps": ["a", 2.50]}})),
        ("dir%2Fkey", json!({"value": "y".repeat(3_000)})),
        ("count", json!({"value": 41, "ttl_ms": 3_600_000})),
        ("old", json!({"value": null})),
    ] {
        w.put(&format!("/state/{key}")).json(body).send().await.expect(201);
    }
    assert_eq!(w.delete("/state/old").send().await.status, 204);
}

async fn tasks(w: &World) -> Furnished {
    let worker = json!({"agent": "worker", "queues": ["work"]});
    let done = async |n: u32| {
        w.submit(task().queue("work").payload(json!({"n": n}))).await;
        w.claim_with(worker.clone()).await.remove(0)
    };
    w.complete(&done(1).await, json!({"found": [1.0, "ü"]})).await.ok();
    w.fail_with(&done(2).await, json!({"retryable": false})).await.ok();
    w.fail_with(&done(3).await, json!({"retry_after_ms": 600_000})).await.ok();
    w.release(&done(4).await).await.ok();
    w.claim_with(worker.clone()).await;
    let cancelled = w.submit_id(task().queue("work").delay_ms(600_000)).await;
    w.cancel(&cancelled).await.ok();
    let held = done(5).await;
    w.heartbeat(&held, json!({"progress": {"percent": 50}})).await.ok();
    let stopping = done(6).await;
    w.cancel(&stopping.id).await.ok();
    for ready in [
        task().priority(9),
        task().requires(json!(["python"])),
        task().agent("worker").dedup_key("mine"),
        task().agent("gone"),
        task().agent("never-seen"),
        task().delay_ms(600_000).dedup_key("later"),
        task()
            .with("type", "research")
            .with("tags", json!(["a", "b"]))
            .with("metadata", json!({"k": {"deep": [1, 2]}}))
            .payload(json!({"text": "line\nbreak", "long": "z".repeat(4_000)})),
    ] {
        w.submit(ready).await;
    }
    asking(w).await;
    Furnished { held, stopping }
}

/// A parent with a budget that a child has used up, another child, and a task that was answered.
async fn asking(w: &World) {
    let budget = json!({"tokens": 10, "on_exceeded": "input_required"});
    let parent = w.submit_id(task().queue("parents").with("budget", budget)).await;
    let child = || task().queue("asking").with("parent", parent.clone());
    w.submit_many([task().queue("asking"), child(), child()]).await;
    let held = w.claim_with(json!({"agent": "worker", "queues": ["asking"], "max_tasks": 3})).await;
    let question = json!({"lease": held[0].token, "prompt": "which?", "schema": {"type": "integer"}});
    w.on(&held[0].id, "input-request", question).await.ok();
    w.on(&held[0].id, "input", json!({"value": 7})).await.ok();
    let usage = json!({"usage": {"tokens": 11, "usd_micros": 3, "wall_ms": 1_000}});
    w.heartbeat(&held[1], usage).await.ok();
    w.release(&held[2]).await.ok();
}

/// Every task of a swarm by its id, but for what names the swarm.
pub(crate) async fn tasks_of(w: &World) -> std::collections::BTreeMap<String, Value> {
    let tasks = w.pages("limit=500").await.into_iter().map(|mut task| {
        task.as_object_mut().unwrap().remove("swarm");
        (task["id"].as_str().unwrap().to_owned(), task)
    });
    tasks.collect()
}

/// No invariant of the swarm is broken.
pub(crate) async fn assert_sound(w: &World) {
    let findings = w.service().audit(w.swarm()).await;
    assert!(findings.is_empty(), "{findings:#?}");
}
