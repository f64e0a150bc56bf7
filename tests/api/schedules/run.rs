use serde_json::json;
use waggle_tests::{Reply, World, in_a_swarm};

use super::support::{get, put, yearly};

#[test]
fn a_run_by_hand_submits_the_task_and_leaves_the_next_time_as_it_is() {
    in_a_swarm(async |w| {
        let made = put(&w, "s", &yearly()).await.expect(201);
        for runs in 1..=2 {
            let reply = w.post("/schedules/s/run").send().await;
            let task = reply.expect(201);
            assert_eq!((&task["status"], &task["schedule"]), (&json!("ready"), &json!("s")));
            assert_eq!(w.task(task["id"].as_str().unwrap()).await, task);
            let after = get(&w, "s").await;
            assert_eq!((&after["runs"], &after["last_task"]), (&json!(runs), &task["id"]));
            assert_eq!(after["next_run_at"], made["next_run_at"]);
        }
        assert_eq!(w.claim_with(json!({"agent": "a", "max_tasks": 5})).await.len(), 2, "overlap or not");
    });
}

#[test]
fn a_task_that_is_no_run_says_nothing_of_a_schedule() {
    in_a_swarm(async |w| {
        assert_eq!(w.submit(json!({})).await.get("schedule"), None);
    });
}

#[test]
fn a_paused_schedule_can_be_run_by_hand() {
    in_a_swarm(async |w| {
        put(&w, "s", &json!({"cron": "* * * * * *", "paused": true, "task": {"delay_ms": 60_000}}))
            .await
            .expect(201);
        assert_eq!(w.post("/schedules/s/run").send().await.expect(201)["status"], "scheduled");
        assert_eq!(get(&w, "s").await["runs"], 1);
    });
}

#[test]
fn a_run_whose_task_is_there_already_answers_with_it() {
    in_a_swarm(async |w| {
        put(&w, "s", &json!({"cron": "@yearly", "task": {"dedup_key": "k"}})).await.expect(201);
        let first = w.post("/schedules/s/run").send().await.expect(201);
        assert_eq!(w.post("/schedules/s/run").send().await.expect(200)["id"], first["id"]);
        assert_eq!(get(&w, "s").await["runs"], 1);
    });
}

#[test]
fn what_refuses_a_submit_refuses_a_run() {
    in_a_swarm(async |w| {
        put(&w, "s", &yearly()).await.expect(201);
        w.put("").json(json!({"limits": {"max_tasks": 1}})).send().await.ok();
        w.submit(json!({})).await;
        w.post("/schedules/s/run").send().await.problem(429, "swarm_full");
        w.post("/schedules/other/run").send().await.problem(404, "schedule_not_found");
    });
}

async fn under_a_key(w: &World, name: &str) -> Reply {
    w.post(&format!("/schedules/{name}/run")).header("idempotency-key", "k").send().await
}

#[test]
fn a_run_that_is_repeated_under_its_key_submits_one_task_and_answers_alike() {
    in_a_swarm(async |w| {
        put(&w, "s", &yearly()).await.expect(201);
        let first = under_a_key(&w, "s").await;
        assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
        let held = w.claim_one("a").await;
        w.complete(&held, "done").await.ok();
        // A body that says nothing is no other request.
        for body in [None, Some(json!({})), Some(json!(null))] {
            let call = w.post("/schedules/s/run").header("idempotency-key", "k");
            let again = match body {
                Some(body) => call.json(body).send().await,
                None => call.send().await,
            };
            assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
            assert_eq!(again.header("location"), first.header("location"));
            assert_eq!(again.body, first.body, "the first answer, though the task has gone on");
        }
        assert_eq!(get(&w, "s").await["runs"], 1);
        assert_eq!(w.pages("").await.len(), 1);
        let other =
            w.post("/schedules/s/run").header("idempotency-key", "k").json(json!({"x": 1})).send().await;
        assert_eq!(other.problem(422, "validation")["errors"][0]["pointer"], "/x");
    });
}

#[test]
fn a_key_is_good_for_its_own_schedule() {
    in_a_swarm(async |w| {
        for name in ["a", "b"] {
            put(&w, name, &yearly()).await.expect(201);
            let reply = under_a_key(&w, name).await;
            assert_eq!(reply.header("idempotency-replayed"), "");
            assert_eq!(reply.expect(201)["schedule"], name);
        }
        assert_eq!(w.pages("").await.len(), 2);
    });
}

#[test]
fn a_repeated_run_of_a_schedule_that_was_changed_or_removed_is_answered_with_its_task() {
    in_a_swarm(async |w| {
        put(&w, "s", &yearly()).await.expect(201);
        let first = under_a_key(&w, "s").await.expect(201);
        put(&w, "s", &json!({"cron": "@yearly", "task": {"payload": "another"}})).await.expect(200);
        let held = w.claim_one("a").await;
        let again = under_a_key(&w, "s").await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!((&again.body["id"], &again.body["payload"]), (&first["id"], &first["payload"]));
        assert_eq!(again.expect(201), w.task(&held.id).await);
        w.delete("/schedules/s").send().await.expect(204);
        assert_eq!(under_a_key(&w, "s").await.expect(201)["id"], first["id"]);
        w.post("/schedules/s/run").send().await.problem(404, "schedule_not_found");
        w.complete(&held, 1).await.ok();
        w.post("/tasks/actions")
            .json(json!({"action": "delete", "filter": {"status": "completed"}}))
            .send()
            .await
            .ok();
        under_a_key(&w, "s").await.problem(404, "task_not_found");
    });
}

#[test]
fn a_run_that_was_refused_leaves_its_key_free() {
    in_a_swarm(async |w| {
        under_a_key(&w, "s").await.problem(404, "schedule_not_found");
        put(&w, "s", &json!({"cron": "@yearly", "task": {"dedup_key": "d"}})).await.expect(201);
        w.put("").json(json!({"limits": {"max_tasks": 1}})).send().await.ok();
        let holder = w.submit(json!({"payload": "in the way"})).await;
        under_a_key(&w, "s").await.problem(429, "swarm_full");
        w.cancel(holder["id"].as_str().unwrap()).await.ok();
        let first = under_a_key(&w, "s").await;
        assert_eq!(first.header("idempotency-replayed"), "");
        let first = first.expect(201);
        // Another key finds the unfinished task, and finds it again.
        for replayed in ["", "true"] {
            let call = w.post("/schedules/s/run").header("idempotency-key", "other").send().await;
            assert_eq!(call.header("idempotency-replayed"), replayed);
            assert_eq!(call.expect(200)["id"], first["id"]);
        }
        assert_eq!(get(&w, "s").await["runs"], 1);
    });
}
