use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{
    ON_TIME, PATIENCE, Task, World, in_a_swarm, lateness, over_a_round, task, until, until_quick,
};

use super::support::{a_moment, attempts, between, in_ms, stamp};

/// Enough for all that happens to a task before its deadline.
const SOON_MS: i64 = 3_000;
/// What a busy machine takes at most until it sees to a deadline.
const LATE_MS: i64 = 8_000;

fn due(w: &World, ms: i64) -> Task {
    task().with("deadline", in_ms(w, ms))
}

/// Waits until the task has failed for its deadline; how many milliseconds late.
async fn overdue(w: &World, id: &str) -> i64 {
    let task = w.until_status(id, "failed").await;
    assert_eq!(task["error"]["kind"], "deadline", "{task}");
    let late = between(&task["deadline"], &task["finished_at"]);
    assert!((0..LATE_MS).contains(&late), "{late} ms late");
    late
}

#[test]
fn deadlines_are_kept_on_time_and_not_with_the_next_round() {
    in_a_swarm(async |w| {
        until_quick(1, ON_TIME, async |_| {
            let ids = w.submit_many(over_a_round().map(|ms| due(&w, 1_000 + ms))).await;
            let late = join_all(ids.iter().map(|id| overdue(&w, id))).await;
            lateness(late.into_iter().map(|ms| Duration::from_millis(ms.unsigned_abs())))
        })
        .await;
    });
}

#[test]
fn wherever_a_task_stands_it_fails_at_its_deadline() {
    in_a_swarm(async |w| {
        let retried = w.submit_id(due(&w, SOON_MS).priority(9)).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 60_000})).await.ok();
        let running = w.submit_id(due(&w, SOON_MS).priority(9)).await;
        let holder = w.claim_one("a").await;
        assert_eq!((held.id.as_str(), holder.id.as_str()), (retried.as_str(), running.as_str()));
        let ready = w.submit_id(due(&w, SOON_MS)).await;
        let pinned = w.submit_id(due(&w, SOON_MS).agent("nobody").requires(json!(["x"]))).await;
        let scheduled = w.submit_id(due(&w, SOON_MS).delay_ms(500)).await;
        for id in [&retried, &running, &ready, &pinned, &scheduled] {
            overdue(&w, id).await;
        }
        let reply = w.complete(&holder, 1).await;
        reply.problem(409, "lease_lost");
        assert!(
            w.claim_with(json!({"agent": "nobody", "capabilities": ["x"], "max_tasks": 9})).await.is_empty()
        );
        assert_eq!(w.list("failed").await.len(), 5);
        assert_eq!(attempts(&w, &running).await[0]["outcome"], "deadline");
        assert_eq!(attempts(&w, &retried).await[0]["outcome"], "failed");
        assert!(attempts(&w, &ready).await.is_empty());
        let agent = w.get("/agents/a").send().await.ok();
        assert_eq!((&agent["failed"], &agent["running"]), (&json!(2), &json!(0)));
        let events = w.get(&format!("/tasks/{ready}/events")).send().await.ok();
        assert_eq!(events["items"][1]["kind"], "task.overdue");
    });
}

#[test]
fn no_lease_lasts_longer_than_the_deadline() {
    in_a_swarm(async |w| {
        w.submit(due(&w, SOON_MS)).await;
        let held = w.claim_one("a").await;
        assert_eq!(held.task["lease_expires_at"], held.task["deadline"]);
        let answer = w.heartbeat(&held, json!({"extend_ms": 60_000})).await.ok();
        assert_eq!(answer["lease"]["expires_at"], held.task["deadline"]);
        overdue(&w, &held.id).await;
        w.heartbeat(&held, json!({})).await.problem(409, "lease_lost");
    });
}

#[test]
fn a_task_that_is_done_before_its_deadline_stays_done() {
    in_a_swarm(async |w| {
        let id = w.submit_id(due(&w, SOON_MS)).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        let cancelled = w.submit_id(due(&w, SOON_MS)).await;
        w.cancel(&cancelled).await.ok();
        let last = w.submit_id(due(&w, SOON_MS)).await;
        overdue(&w, &last).await;
        assert_eq!(
            (w.status(&id).await.as_str(), w.status(&cancelled).await.as_str()),
            ("completed", "cancelled")
        );
    });
}

#[test]
fn who_waits_for_the_task_is_told_when_its_deadline_passes() {
    in_a_swarm(async |w| {
        let id = w.submit_id(due(&w, 1_500)).await;
        let task = w.get(&format!("/tasks/{id}?wait_ms=20000")).send().await.ok();
        assert_eq!(task["status"], "failed");
    });
}

#[test]
fn one_that_was_asked_to_stop_is_cancelled() {
    in_a_swarm(async |w| {
        w.submit(due(&w, SOON_MS)).await;
        let held = w.claim_one("a").await;
        w.cancel(&held.id).await.ok();
        w.until_status(&held.id, "cancelled").await;
    });
}

#[test]
fn its_dedup_key_is_free_after_its_deadline() {
    in_a_swarm(async |w| {
        let first = w.submit_id(due(&w, 1_500).dedup_key("k")).await;
        overdue(&w, &first).await;
        assert_ne!(w.submit_id(task().dedup_key("k")).await, first);
    });
}

#[test]
fn a_retry_takes_a_deadline_off_that_has_passed() {
    in_a_swarm(async |w| {
        let id = w.submit_id(due(&w, 1_500).payload("kept")).await;
        overdue(&w, &id).await;
        w.retry(&id).await.ok();
        let retried = w.task(&id).await;
        assert_eq!((&retried["deadline"], &retried["error"]), (&Value::Null, &Value::Null));
        let claim = json!({"agent": "a", "claim_id": "c"});
        let held = w.claim_with(claim.clone()).await.remove(0);
        assert_eq!((&held.task["deadline"], &held.task["payload"]), (&Value::Null, &json!("kept")));
        assert_eq!(w.claim_with(claim).await[0].task["deadline"], Value::Null);
        let lease = between(&held.task["started_at"], &held.task["lease_expires_at"]);
        assert_eq!(lease, 30_000);
        w.heartbeat(&held, json!({"extend_ms": 60_000})).await.ok();
        w.complete(&held, Value::Null).await.ok();
        assert_eq!(w.task(&id).await["result"], Value::Null);
    });
}

#[test]
fn a_retry_keeps_a_deadline_that_is_still_to_come() {
    in_a_swarm(async |w| {
        let id = w.submit_id(due(&w, SOON_MS)).await;
        w.cancel(&id).await.ok();
        w.retry(&id).await.ok();
        assert!(w.task(&id).await["deadline"].is_string());
        overdue(&w, &id).await;
    });
}

#[test]
fn a_task_whose_deadline_has_passed_unnoticed_is_not_handed_out() {
    in_a_swarm(async |w| {
        // Far more than one sweep takes: some of them meet a claim first.
        let deadline = in_ms(&w, 4_000);
        let many = |n: i64| task().with("deadline", deadline.as_str()).payload(n);
        let ids = w.submit_many((0..1_000).map(many)).await;
        until("all of them are over", PATIENCE, async || {
            let now = in_ms(&w, 0);
            for held in w.claim_with(json!({"agent": "a", "max_tasks": 1})).await {
                assert!(held.task["deadline"].as_str() > Some(now.as_str()), "{}", held.task);
            }
            w.list("failed").await.len() == ids.len()
        })
        .await;
    });
}

#[test]
fn a_deadline_that_has_passed_is_refused_and_nothing_is_stored() {
    in_a_swarm(async |w| {
        for body in [
            due(&w, -1),
            due(&w, -60_000),
            due(&w, 500).delay_ms(500),
            due(&w, 500).delay_ms(60_000),
            due(&w, 500).with("run_at", in_ms(&w, 60_000)),
            task().with("deadline", "tomorrow"),
            task().with("deadline", 7),
        ] {
            let problem = w.post("/tasks").json(body).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], "/deadline", "{problem}");
        }
        assert!(w.pages("").await.is_empty());
    });
}

#[test]
fn in_a_batch_and_in_a_transaction_it_is_refused_at_its_place() {
    in_a_swarm(async |w| {
        let tasks: Vec<Value> = vec![task().into(), due(&w, -1).into(), task().into()];
        let answer = w.post("/tasks/batch").json(json!({"tasks": tasks})).send().await.ok();
        let statuses: Vec<_> = (0..3).map(|at| answer["results"][at]["status"].clone()).collect();
        assert_eq!(statuses, [201, 422, 201]);
        assert_eq!(answer["results"][1]["problem"]["errors"][0]["pointer"], "/tasks/1/deadline");
        let submit = |task: Task| json!({"op": "task.submit", "task": Value::from(task)});
        let body = json!({"ops": [submit(task()), submit(due(&w, -1))]});
        let problem = w.post("/transactions").json(body).send().await.problem(422, "validation");
        assert_eq!(problem["errors"][0]["pointer"], "/ops/1/task/deadline");
        assert_eq!((&problem["in"], &problem["index"]), (&json!("ops"), &json!(1)));
        assert_eq!(w.pages("").await.len(), 2);
    });
}

#[test]
fn a_paused_swarm_keeps_its_deadlines() {
    in_a_swarm(async |w| {
        let id = w.submit_id(due(&w, 1_500)).await;
        w.post("/pause").send().await.ok();
        overdue(&w, &id).await;
        assert!(stamp(&w.task(&id).await["finished_at"]) > 0);
    });
}

#[test]
fn after_its_retention_nothing_of_it_is_left() {
    in_a_swarm(async |w| {
        let id = w.submit_id(due(&w, 1_500).retention_ms(0)).await;
        let gone = async || w.get(&format!("/tasks/{id}")).send().await.status == 404;
        until("it is forgotten", Duration::from_secs(15), gone).await;
        a_moment().await;
    });
}
