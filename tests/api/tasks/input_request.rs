use serde_json::{Value, json};
use waggle_tests::{Held, PATIENCE, Reply, World, in_a_swarm, task, until};

use super::support::{fields, stamp};

/// Asks a person.
async fn ask(w: &World, held: &Held, more: Value) -> Reply {
    let mut body = json!({"lease": held.token, "prompt": "which one?"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.on(&held.id, "input-request", body).await
}

#[test]
fn a_task_that_asks_waits_and_shows_what_it_asks() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a").await;
        let answer = ask(&w, &held, json!({"schema": {"type": "string"}})).await.ok();
        assert_eq!(answer, json!({"id": id, "status": "input_required"}));
        let asking = w.task(&id).await;
        assert_eq!(
            asking["input"],
            json!({"prompt": "which one?", "schema": {"type": "string"}, "value": null})
        );
        assert_eq!((&asking["attempt"], &asking["lease_expires_at"]), (&json!(0), &Value::Null));
        assert_eq!((&asking["status"], &asking["finished_at"]), (&json!("input_required"), &Value::Null));
        stamp(&asking["started_at"]);
        assert!(w.claim("b").await.is_empty());
        assert_eq!(w.list("input_required").await.len(), 1);
        assert_eq!(w.pages("limit=500").await.len(), 1);
        let stats = w.get("/stats").send().await.ok();
        assert_eq!((&stats["tasks"]["input_required"], &stats["tasks"]["ready"]), (&json!(1), &json!(0)));
        assert_eq!(stats["queues"]["default"]["input_required"], 1);
    });
}

#[test]
fn a_task_without_a_schema_shows_that_anything_is_an_answer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        assert!(held.task.get("input").is_none());
        ask(&w, &held, json!({"schema": null})).await.ok();
        let shown = w.task(&held.id).await["input"].clone();
        assert_eq!(shown, json!({"prompt": "which one?", "schema": null, "value": null}));
        assert_eq!(fields(&shown), ["prompt", "schema", "value"]);
    });
}

#[test]
fn asking_again_under_the_same_lease_is_answered_alike() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        ask(&w, &held, json!({"usage": {"tokens": 5}})).await.ok();
        for _ in 0..2 {
            let again = ask(&w, &held, json!({"prompt": "another", "usage": {"tokens": 5}})).await.ok();
            assert_eq!(again, json!({"id": held.id, "status": "input_required", "replayed": true}));
        }
        let task = w.task(&held.id).await;
        assert_eq!((&task["input"]["prompt"], &task["usage"]["tokens"]), (&json!("which one?"), &json!(5)));
        w.on(&held.id, "input", json!({"value": 1})).await.ok();
        assert_eq!(ask(&w, &held, json!({})).await.ok()["replayed"], true);
        assert_eq!(w.status(&held.id).await, "ready");
    });
}

#[test]
fn only_the_holder_may_ask() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let body = json!({"lease": "1-nobody", "prompt": "p"});
        w.on(&id, "input-request", body.clone()).await.problem(409, "lease_lost");
        let held = w.claim_one("a").await;
        w.on(&id, "input-request", body.clone()).await.problem(409, "lease_lost");
        w.release(&held).await.ok();
        ask(&w, &held, json!({})).await.problem(409, "lease_lost");
        let nobody = "0193a0de-0000-7000-8000-000000000000";
        w.on(nobody, "input-request", body).await.problem(404, "task_not_found");
        assert_eq!(w.status(&id).await, "ready");
    });
}

#[test]
fn who_has_asked_holds_the_task_no_more() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        ask(&w, &held, json!({})).await.ok();
        w.heartbeat(&held, json!({})).await.problem(409, "lease_lost");
        w.complete(&held, 1).await.problem(409, "lease_lost");
        w.fail(&held).await.problem(409, "lease_lost");
        assert_eq!(w.status(&held.id).await, "input_required");
    });
}

#[test]
fn a_task_that_asks_takes_no_room_of_its_agent() {
    in_a_swarm(async |w| {
        w.put("/agents/a").json(json!({"capacity": 1})).send().await.expect(201);
        w.submit_many([task(), task()]).await;
        let held = w.claim_one("a").await;
        assert!(w.claim("a").await.is_empty());
        ask(&w, &held, json!({})).await.ok();
        assert_ne!(w.claim_one("a").await.id, held.id);
        let agent = w.get("/agents/a").send().await.ok();
        assert_eq!(
            (&agent["running"], &agent["failed"], &agent["completed"]),
            (&json!(1), &json!(0), &json!(0))
        );
    });
}

#[test]
fn a_task_that_was_called_off_is_cancelled_when_it_asks() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.cancel(&held.id).await.ok();
        let answer = ask(&w, &held, json!({})).await.ok();
        assert_eq!(answer, json!({"id": held.id, "status": "cancelled"}));
        assert!(w.task(&held.id).await.get("input").is_none());
    });
}

#[test]
fn a_task_that_asks_can_be_cancelled_and_not_retried() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        ask(&w, &held, json!({})).await.ok();
        w.retry(&held.id).await.problem(409, "wrong_state");
        assert_eq!(w.cancel(&held.id).await.ok(), json!({"id": held.id, "status": "cancelled"}));
        w.on(&held.id, "input", json!({"value": 1})).await.problem(409, "wrong_state");
        w.retry(&held.id).await.ok();
        assert_eq!(w.claim_one("b").await.id, held.id);
    });
}

#[test]
fn a_task_that_asks_keeps_its_dedup_key_and_counts_as_unfinished() {
    in_a_swarm(async |w| {
        w.put("").json(json!({"limits": {"max_tasks": 1}})).send().await.expect(200);
        let id = w.submit_id(task().dedup_key("k")).await;
        let held = w.claim_one("a").await;
        ask(&w, &held, json!({})).await.ok();
        let same = w.post("/tasks").json(task().dedup_key("k")).send().await.expect(200);
        assert_eq!(same["id"], json!(id));
        w.post("/tasks").json(task()).send().await.problem(429, "swarm_full");
    });
}

#[test]
fn what_a_forgotten_task_asked_is_forgotten() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().retention_ms(0)).await;
        let held = w.claim_one("a").await;
        ask(&w, &held, json!({"usage": {"tokens": 1}})).await.ok();
        w.cancel(&id).await.ok();
        until("the task is forgotten", PATIENCE, async || {
            w.get(&format!("/tasks/{id}")).send().await.status == 404
        })
        .await;
    });
}

#[test]
fn what_is_asked_badly_is_refused_and_changes_nothing() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let long = "x".repeat(16 * 1_024 + 1);
        for (more, pointer) in [
            (json!({"prompt": ""}), "/prompt"),
            (json!({"prompt": long}), "/prompt"),
            (json!({"prompt": null}), "/prompt"),
            (json!({"lease": ""}), "/lease"),
            (json!({"schema": [1]}), "/schema"),
            (json!({"schema": true}), "/schema"),
            (json!({"schema": {"type": "colour"}}), "/schema"),
            (json!({"schema": {"$ref": "file:///etc/hostname"}}), "/schema"),
            (json!({"schema": {"items": {"$ref": "#"}}}), "/schema"),
            (json!({"schema": {"description": long}}), "/schema"),
            (json!({"usage": {"tokens": -1}}), "/usage/tokens"),
            (json!({"usage": {"tokens": 1_000_000_000_001_u64}}), "/usage/tokens"),
            (json!({"usage": [1]}), "/usage"),
            (json!({"questions": 1}), "/questions"),
        ] {
            let problem = ask(&w, &held, more.clone()).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{more}: {problem}");
        }
        let missing = w.on(&held.id, "input-request", json!({"lease": held.token})).await;
        missing.problem(422, "validation");
        let task = w.task(&held.id).await;
        assert_eq!((&task["status"], task.get("input"), task.get("usage")), (&json!("running"), None, None));
    });
}
