use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{fields, stamp};

#[test]
fn a_task_nobody_holds_is_cancelled_at_once() {
    in_a_swarm(async |w| {
        for new in [task(), task().delay_ms(60_000), task().requires(json!(["x"])), task().agent("b")] {
            let id = w.submit_id(new).await;
            let answer = w.cancel(&id).await.ok();
            assert_eq!(answer, json!({"id": id, "status": "cancelled"}));
            let task = w.task(&id).await;
            assert_eq!(task["status"], "cancelled");
            stamp(&task["finished_at"]);
        }
        assert!(w.claim_with(json!({"agent": "b", "capabilities": ["x"], "max_tasks": 9})).await.is_empty());
        assert_eq!(w.list("cancelled").await.len(), 4);
    });
}

#[test]
fn cancelling_again_is_answered_alike() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let first = w.cancel(&id).await.ok();
        let before = w.task(&id).await;
        assert_eq!((w.cancel(&id).await.ok(), w.task(&id).await), (first, before));
    });
}

#[test]
fn a_running_task_keeps_its_holder_who_is_asked_to_stop() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for _ in 0..2 {
            let answer = w.cancel(&held.id).await.ok();
            assert_eq!(answer, json!({"id": held.id, "status": "running", "cancel_requested": true}));
        }
        let task = w.task(&held.id).await;
        assert_eq!((&task["status"], &task["cancel_requested"]), (&json!("running"), &json!(true)));
    });
}

#[test]
fn what_the_holder_completes_after_all_stands() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.cancel(&held.id).await.ok();
        assert_eq!(w.complete(&held, "done").await.ok()["status"], "completed");
        assert_eq!(w.task(&held.id).await["result"], "done");
    });
}

#[test]
fn its_failure_its_release_and_the_end_of_its_lease_all_end_in_cancelled() {
    in_a_swarm(async |w| {
        for end in ["fail", "release", "later", "expire"] {
            w.submit(task()).await;
            let held = w.claim_one("a").await;
            w.cancel(&held.id).await.ok();
            match end {
                "fail" => assert_eq!(w.fail(&held).await.ok()["status"], "cancelled"),
                "release" => assert_eq!(w.release(&held).await.ok()["status"], "cancelled"),
                "later" => {
                    let body = json!({"lease": held.token, "delay_ms": 60_000});
                    assert_eq!(w.on(&held.id, "release", body).await.ok()["status"], "cancelled");
                }
                _ => drop(w.heartbeat(&held, json!({"extend_ms": 100})).await.ok()),
            }
            let task = w.until_status(&held.id, "cancelled").await;
            stamp(&task["finished_at"]);
            assert!(w.claim("b").await.is_empty(), "{end}");
        }
    });
}

#[test]
fn a_finished_task_cannot_be_cancelled() {
    in_a_swarm(async |w| {
        let failed = w.failed_task(task()).await;
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        for (id, status) in [(&failed, "failed"), (&held.id, "completed")] {
            let problem = w.cancel(id).await.problem(409, "already_finished");
            assert!(problem["detail"].as_str().unwrap().contains(status), "{problem}");
            assert_eq!(w.status(id).await, status);
        }
    });
}

#[test]
fn a_task_waiting_for_its_retry_can_be_cancelled() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 60_000})).await.ok();
        assert_eq!(w.cancel(&held.id).await.ok()["status"], "cancelled");
        assert_eq!(w.task(&held.id).await["attempt"], 1);
    });
}

#[test]
fn tasks_cancelled_deep_inside_a_long_queue_are_never_handed_out() {
    in_a_swarm(async |w| {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.extend(w.submit_many((0..1_000).map(|_| task())).await);
        }
        // The middle ones are further from both ends than a cancel may search.
        for id in &ids[1_400..1_600] {
            w.cancel(id).await.ok();
        }
        let mut seen = Vec::new();
        for n in 0.. {
            // Nobody holds more than 100 tasks.
            let held = w.claim_with(json!({"agent": format!("a{n}"), "max_tasks": 100})).await;
            if held.is_empty() {
                break;
            }
            seen.extend(held.into_iter().map(|held| held.id));
        }
        ids.drain(1_400..1_600);
        assert_eq!(seen, ids);
    });
}

#[test]
fn a_cancelled_task_that_is_retried_is_handed_out_once() {
    in_a_swarm(async |w| {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.extend(w.submit_many((0..1_000).map(|_| task())).await);
        }
        let id = &ids[1_500];
        for _ in 0..3 {
            w.cancel(id).await.ok();
            w.retry(id).await.ok();
        }
        let mut times = 0;
        for n in 0.. {
            let held = w.claim_with(json!({"agent": format!("a{n}"), "max_tasks": 100})).await;
            if held.is_empty() {
                break;
            }
            times += held.iter().filter(|held| held.id == *id).count();
        }
        assert_eq!(times, 1);
    });
}

#[test]
fn a_body_is_not_needed_and_an_unknown_task_is_not_found() {
    in_a_swarm(async |w| {
        let id = "0193a0de-0000-7000-8000-000000000000";
        let problem = w.cancel(id).await.problem(404, "task_not_found");
        assert!(fields(&problem).contains(&"detail") && problem["errors"] == Value::Null);
    });
}

#[test]
fn a_cascade_cancels_what_has_not_finished_below_a_task() {
    in_a_swarm(async |w| {
        let below = |parent: &str| task().with("parent", parent);
        let root = w.submit_id(task()).await;
        w.complete(&w.claim_one("a").await, 1).await.ok();
        let child = w.submit_id(below(&root)).await;
        let held = w.claim_one("a").await;
        let done = w.submit_id(below(&child).priority(9)).await;
        w.complete(&w.claim_one("b").await, 1).await.ok();
        let deep = w.submit_id(below(&done)).await;
        w.submit_many((0..250).map(|n| below(&root).delay_ms(if n % 2 == 0 { 0 } else { 600_000 }))).await;
        let other = w.submit_id(task()).await;
        w.cancel(&root).await.problem(409, "already_finished");
        let body = json!({"cascade": true});
        let answer = w.on(&root, "cancel", body.clone()).await.ok();
        assert_eq!(answer, json!({"id": root, "status": "completed", "cancelled": 252, "more": false}));
        assert_eq!(
            (w.status(&deep).await, w.status(&done).await),
            ("cancelled".to_owned(), "completed".to_owned())
        );
        assert_eq!(w.task(&child).await["cancel_requested"], true);
        assert_eq!(w.status(&other).await, "ready");
        let again = w.post(&format!("/tasks/{root}/cancel?cascade=true")).send().await.ok();
        assert_eq!(again["cancelled"], 0);
        w.release(&held).await.ok();
        let alone = w.on(&other, "cancel", body).await.ok();
        assert_eq!(alone, json!({"id": other, "status": "cancelled", "cancelled": 1, "more": false}));
    });
}
