use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{between, fields};

#[test]
fn a_completed_task_keeps_its_result() {
    in_a_swarm(async |w| {
        w.submit(task().payload("p")).await;
        let held = w.claim_one("a1").await;
        let answer = w.complete(&held, json!({"found": [1, 2]})).await.ok();
        assert_eq!(answer, json!({"id": held.id, "status": "completed"}));
        let task = w.task(&held.id).await;
        assert_eq!((&task["status"], &task["result"]), (&json!("completed"), &json!({"found": [1, 2]})));
        assert_eq!(
            (&task["agent"], &task["attempt"], &task["error"]),
            (&json!("a1"), &json!(1), &Value::Null)
        );
        assert_eq!((&task["lease_expires_at"], &task["cancel_requested"]), (&Value::Null, &json!(false)));
        assert!(between(&task["started_at"], &task["finished_at"]) >= 0);
    });
}

#[test]
fn again_with_the_same_token_it_is_the_same_200() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let first = w.complete(&held, 1).await.ok();
        let before = w.task(&held.id).await;
        let again = w.complete(&held, "another result").await.ok();
        assert_eq!(fields(&again), ["id", "replayed", "status"]);
        assert_eq!(
            (&again["id"], &again["status"], &again["replayed"]),
            (&first["id"], &first["status"], &json!(true))
        );
        assert_eq!(w.task(&held.id).await, before, "a replay changes nothing");
    });
}

/// Fault: ends-race
#[test]
fn of_a_hundred_completions_at_once_exactly_one_is_the_first() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let replies = join_all((0..100).map(|n| w.complete(&held, n))).await;
        let answers: Vec<_> = replies.into_iter().map(|reply| reply.ok()).collect();
        let first: Vec<_> = (0..100).filter(|n| answers[*n].get("replayed").is_none()).collect();
        assert_eq!(first.len(), 1);
        assert_eq!(w.task(&held.id).await["result"], first[0], "the result is that of the first");
    });
}

#[test]
fn a_token_that_was_never_handed_out_is_refused() {
    in_a_swarm(async |w| {
        let ready = w.submit_id(task()).await;
        let body = json!({"lease": "1-nonsense", "result": 1});
        let problem = w.on(&ready, "complete", body.clone()).await.problem(409, "lease_lost");
        assert_eq!((&problem["attempt"], &problem["retryable"]), (&json!(0), &json!(false)));
        let held = w.claim_one("a").await;
        w.on(&ready, "complete", body).await.problem(409, "lease_lost");
        assert_eq!(w.status(&ready).await, "running");
        w.complete(&held, 2).await.ok();
        assert_eq!(w.task(&ready).await["result"], 2);
    });
}

#[test]
fn the_token_of_another_task_is_refused() {
    in_a_swarm(async |w| {
        w.submit_many([task(), task()]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        let body = json!({"lease": held[1].token});
        w.on(&held[0].id, "complete", body).await.problem(409, "lease_lost");
        assert_eq!(w.list("running").await.len(), 2);
    });
}

#[test]
fn a_lost_lease_tells_the_attempt_and_never_the_other_agents_token() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let first = w.claim_one("a").await;
        w.fail_with(&first, json!({"retry_after_ms": 0})).await.ok();
        let second = w.claim_one("b").await;
        let problem = w.complete(&first, 1).await.problem(409, "lease_lost");
        assert_eq!(problem["attempt"], 2);
        assert!(!problem.to_string().contains(&second.token));
        w.complete(&second, 2).await.ok();
        w.complete(&first, 1).await.problem(409, "lease_lost");
        assert_eq!(w.task(&second.id).await["result"], 2);
    });
}

#[test]
fn a_task_that_does_not_exist_is_not_found() {
    in_a_swarm(async |w| {
        for id in ["0193a0de-0000-7000-8000-000000000000", "not-an-id"] {
            w.on(id, "complete", json!({"lease": "1-x"})).await.problem(404, "task_not_found");
        }
        let path = "/v1/swarms/never-made/tasks/0193a0de-0000-7000-8000-000000000000/complete";
        w.client().post(path).json(json!({"lease": "1-x"})).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn a_task_of_another_swarm_is_not_found_here() {
    in_a_swarm(async |w| {
        let other = format!("/v1/swarms/{}-other", w.swarm());
        w.client().put(&other).send().await.expect(201);
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let path = format!("{other}/tasks/{}", held.id);
        w.client().get(&path).send().await.problem(404, "task_not_found");
        let body = json!({"lease": held.token});
        w.client().post(&format!("{path}/complete")).json(body).send().await.problem(404, "task_not_found");
        w.client().post(&format!("{path}/cancel")).send().await.problem(404, "task_not_found");
        assert_eq!(w.status(&held.id).await, "running");
    });
}

#[test]
fn a_result_may_be_left_out_or_null_and_is_null_then() {
    in_a_swarm(async |w| {
        for body in [json!({}), json!({"result": null})] {
            w.submit(task()).await;
            let held = w.claim_one("a").await;
            let mut body = body;
            body["lease"] = json!(held.token);
            w.on(&held.id, "complete", body).await.ok();
            assert_eq!(w.task(&held.id).await["result"], Value::Null);
        }
    });
}

#[test]
fn a_completed_task_shows_no_error_of_an_attempt_before() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        w.fail_with(&held, json!({"retry_after_ms": 0})).await.ok();
        let held = w.claim_one("a").await;
        w.complete(&held, Value::Null).await.ok();
        let task = w.task(&held.id).await;
        assert_eq!((&task["result"], &task["error"]), (&Value::Null, &Value::Null), "{task}");
    });
}

#[test]
fn a_completed_task_shows_no_error_from_before_its_retry() {
    in_a_swarm(async |w| {
        let id = w.failed_task(task()).await;
        w.retry(&id).await.ok();
        let held = w.claim_one("a").await;
        w.complete(&held, Value::Null).await.ok();
        let task = w.task(&id).await;
        assert_eq!((&task["result"], &task["error"]), (&Value::Null, &Value::Null), "{task}");
    });
}

#[test]
fn each_wrong_field_is_refused_by_its_pointer() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        for (body, pointer) in [
            (json!({}), "/lease"),
            (json!({"lease": ""}), "/lease"),
            (json!({"lease": 5}), "/lease"),
            (json!({"lease": "x".repeat(65)}), "/lease"),
            (json!({"lease": held.token, "reslut": 1}), "/reslut"),
        ] {
            let problem = w.on(&held.id, "complete", body.clone()).await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
        assert_eq!(w.status(&held.id).await, "running");
    });
}
