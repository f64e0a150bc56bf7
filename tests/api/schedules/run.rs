use serde_json::json;
use waggle_tests::in_a_swarm;

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
