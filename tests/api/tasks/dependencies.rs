use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Reply, World, in_a_swarm, task, until};

/// The pointer of the only field that was refused.
fn pointer(refused: Reply) -> String {
    let problem = refused.problem(422, "validation");
    assert_eq!(problem["errors"].as_array().map(Vec::len), Some(1), "{problem}");
    problem["errors"][0]["pointer"].as_str().unwrap().to_owned()
}

/// Waits until a task is forgotten.
async fn until_gone(w: &World, id: &str) {
    until("the task is gone", PATIENCE, async || w.get(&format!("/tasks/{id}")).send().await.status == 404)
        .await;
}

/// Submits a task that depends on `ids`.
async fn after(w: &World, ids: &[&String]) -> String {
    w.submit_id(task().depends_on(json!(ids))).await
}

/// Submits a task in a queue of its own, and claims it.
async fn finish(w: &World, id: &str, how: &str) {
    if how == "cancelled" {
        w.cancel(id).await.ok();
        return;
    }
    let held =
        w.claim_with(json!({"agent": "finisher", "queues": ["first"], "max_tasks": 1})).await.remove(0);
    assert_eq!(held.id, id);
    match how {
        "completed" => w.complete(&held, "done").await.ok(),
        _ => w.fail_with(&held, json!({"error": {"message": "no"}, "retryable": false})).await.ok(),
    };
}

async fn first(w: &World) -> String {
    w.submit_id(task().queue("first")).await
}

#[test]
fn a_task_is_claimable_when_all_that_it_depends_on_is_completed() {
    in_a_swarm(async |w| {
        let (a, b) = (first(&w).await, first(&w).await);
        let waiting = w.submit(task().depends_on(json!([a, b, a]))).await;
        assert_eq!((&waiting["status"], &waiting["depends_on"]), (&json!("blocked"), &json!([a, b])));
        let id = waiting["id"].as_str().unwrap();
        assert_eq!(w.list("blocked").await.len(), 1);
        finish(&w, &a, "completed").await;
        assert_eq!(w.status(id).await, "blocked");
        assert!(w.claim("x").await.is_empty());
        finish(&w, &b, "completed").await;
        let held = w.claim_one("x").await;
        assert_eq!((held.id.as_str(), &held.task["depends_on"]), (id, &json!([a, b])));
        w.complete(&held, 1).await.ok();
    });
}

#[test]
fn one_that_has_finished_counts_at_once() {
    in_a_swarm(async |w| {
        let done = first(&w).await;
        finish(&w, &done, "completed").await;
        let next = w.submit(task().depends_on(json!([done]))).await;
        assert_eq!(next["status"], "ready");
        let later = w.submit(task().depends_on(json!([done])).delay_ms(60_000)).await;
        assert_eq!(later["status"], "scheduled");
        for how in ["failed", "cancelled"] {
            let lost = first(&w).await;
            finish(&w, &lost, how).await;
            for (policy, status) in [("fail", "failed"), ("cancel", "cancelled"), ("run", "ready")] {
                let next =
                    w.submit(task().depends_on(json!([done, lost])).on_dependency_failure(policy)).await;
                assert_eq!(next["status"], status, "{how} {policy}");
                if policy != "run" {
                    let details = json!({"dependency": lost, "status": how});
                    assert_eq!(next["error"]["kind"], "dependency_failed");
                    assert_eq!(next["error"]["details"], details);
                }
            }
        }
    });
}

/// asynq #1080, BullMQ #3362: whatever ends a dependency, those that wait for it hear of it.
#[test]
fn no_task_waits_for_ever_however_what_it_waits_for_ends() {
    in_a_swarm(async |w| {
        for how in ["failed", "cancelled"] {
            let a = first(&w).await;
            let ids = [
                w.submit_id(task().depends_on(json!([a]))).await,
                w.submit_id(task().depends_on(json!([a])).on_dependency_failure("cancel")).await,
                w.submit_id(task().depends_on(json!([a])).on_dependency_failure("run")).await,
            ];
            let chain = after(&w, &[&ids[1]]).await;
            finish(&w, &a, how).await;
            for (id, status) in ids.iter().chain([&chain]).zip(["failed", "cancelled", "ready", "failed"]) {
                assert_eq!(w.status(id).await, status, "{how}");
            }
            assert_eq!(
                w.task(&chain).await["error"]["details"],
                json!({"dependency": ids[1], "status": "cancelled"})
            );
        }
    });
}

#[test]
fn a_dependency_whose_leases_run_out_takes_those_along_that_wait_for_it() {
    in_a_swarm(async |w| {
        let a = w.submit_id(task().queue("first").max_attempts(1).lease_ms(100)).await;
        let waiting = after(&w, &[&a]).await;
        w.claim_with(json!({"agent": "silent", "queues": ["first"]})).await;
        let failed = w.until_status(&waiting, "failed").await;
        assert_eq!(failed["error"]["details"], json!({"dependency": a, "status": "failed"}));
    });
}

#[test]
fn a_dependency_is_kept_beyond_its_retention_while_somebody_may_read_it() {
    in_a_swarm(async |w| {
        let (a, b) = (w.submit_id(task().queue("first").retention_ms(0)).await, first(&w).await);
        let waiting = after(&w, &[&a, &b]).await;
        finish(&w, &a, "completed").await;
        // Its own turn shows that the pruner has been there.
        let gone = w.submit_id(task().queue("first").retention_ms(0)).await;
        w.cancel(&gone).await.ok();
        until_gone(&w, &gone).await;
        let read = w.get(&format!("/tasks/{waiting}?include=dependencies")).send().await.ok();
        assert_eq!(read["dependencies"][0]["result"], "done");
        finish(&w, &b, "completed").await;
        let held = w.claim_one("x").await;
        w.complete(&held, 1).await.ok();
        until_gone(&w, &a).await;
        let read = w.get(&format!("/tasks/{waiting}?include=dependencies")).send().await.ok();
        assert_eq!(
            (&read["dependencies"][0]["id"], &read["dependencies_left_out"]),
            (&json!(b), &json!([a]))
        );
    });
}

#[test]
fn a_task_that_waits_can_be_cancelled_and_retried() {
    in_a_swarm(async |w| {
        let a = first(&w).await;
        let waiting = after(&w, &[&a]).await;
        assert_eq!(w.cancel(&waiting).await.ok()["status"], "cancelled");
        assert_eq!(w.retry(&waiting).await.ok()["status"], "blocked");
        finish(&w, &a, "failed").await;
        assert_eq!(w.status(&waiting).await, "failed");
        assert_eq!(w.retry(&waiting).await.ok()["status"], "ready");
    });
}

#[test]
fn those_that_wait_for_a_task_are_ready_in_the_order_in_which_they_began_to_wait() {
    in_a_swarm(async |w| {
        let a = first(&w).await;
        let [early, middle, late] = [after(&w, &[&a]).await, after(&w, &[&a]).await, after(&w, &[&a]).await];
        w.cancel(&early).await.ok();
        w.retry(&early).await.ok();
        finish(&w, &a, "completed").await;
        let ids: Vec<_> = w
            .claim_with(json!({"agent": "x", "queues": ["default"], "max_tasks": 3}))
            .await
            .into_iter()
            .map(|held| held.id)
            .collect();
        assert_eq!(ids, [middle, late, early]);
    });
}

#[test]
fn its_delay_counts_from_its_submit() {
    in_a_swarm(async |w| {
        let (a, b) = (first(&w).await, first(&w).await);
        let soon = w.submit_id(task().depends_on(json!([a])).delay_ms(1)).await;
        let late = w.submit_id(task().depends_on(json!([b])).delay_ms(900_000)).await;
        finish(&w, &a, "completed").await;
        finish(&w, &b, "completed").await;
        w.until_status(&soon, "ready").await;
        assert_eq!(w.status(&late).await, "scheduled");
    });
}

#[test]
fn unknown_tasks_are_refused_at_their_place_and_nothing_is_stored() {
    in_a_swarm(async |w| {
        let a = first(&w).await;
        let unknown = "01a205aa-cb6a-75fc-94de-ef603ee1f01a";
        let bad = Value::from(task().depends_on(json!([a, a, unknown])));
        let refused = w.post("/tasks").json(bad.clone()).send().await;
        assert_eq!(pointer(refused), "/depends_on/2");
        let refused = w.post("/tasks").json(task().parent(unknown)).send().await;
        assert_eq!(pointer(refused), "/parent");
        let refused =
            w.post("/transactions").json(json!({"ops": [{"op": "task.submit", "task": bad}]})).send().await;
        assert_eq!(pointer(refused), "/ops/0/task/depends_on/2");
        assert_eq!(w.pages("").await.len(), 1);
        let child = w.submit(task().parent(a.as_str())).await;
        assert_eq!(child["parent"], a.as_str());
    });
}

#[test]
fn a_thousand_wait_for_one_and_one_for_a_thousand() {
    in_a_swarm(async |w| {
        let root = first(&w).await;
        let middle = w.submit_many((0..1_000).map(|_| task().depends_on(json!([root])))).await;
        let last = w.submit_id(task().depends_on(json!(middle)).queue("last")).await;
        finish(&w, &root, "completed").await;
        let mut done = 0;
        while done < 1_000 {
            let held = w.claim_with(json!({"agent": "x", "max_tasks": 100, "wait_ms": 5_000})).await;
            assert!(!held.is_empty(), "{done} of 1000");
            done += held.len();
            let items: Vec<_> = held
                .iter()
                .map(|held| json!({"id": held.id, "lease": held.token, "outcome": "complete"}))
                .collect();
            w.post("/settlements").json(json!({"agent": "x", "outcomes": items})).send().await.ok();
        }
        w.until_status(&last, "ready").await;
        let read = w.get(&format!("/tasks/{last}?include=dependencies")).send().await.ok();
        assert_eq!(read["dependencies"].as_array().unwrap().len(), 1_000);
    });
}

#[test]
fn a_failure_reaches_the_end_of_a_wide_and_deep_graph() {
    in_a_swarm(async |w| {
        let root = first(&w).await;
        let mut level = vec![root.clone()];
        for _ in 0..3 {
            let above = level.last().unwrap().clone();
            level = w.submit_many((0..300).map(|_| task().depends_on(json!([above])))).await;
        }
        let last = after(&w, &[level.last().unwrap()]).await;
        finish(&w, &root, "failed").await;
        w.until_status(&last, "failed").await;
        for id in &level {
            w.until_status(id, "failed").await;
        }
    });
}

#[test]
fn submits_that_race_with_the_end_of_what_they_depend_on_all_hear_of_it() {
    in_a_swarm(async |w| {
        for how in ["completed", "cancelled"] {
            let a = first(&w).await;
            let racing = join_all((0..40).map(|_| w.submit_id(task().depends_on(json!([a])))));
            let (ids, ()) = tokio::join!(racing, finish(&w, &a, how));
            let expected = if how == "completed" { "ready" } else { "failed" };
            for id in ids {
                w.until_status(&id, expected).await;
            }
        }
    });
}

/// What a small model says of a graph in which each task names a few of those before it.
fn expected(graph: &[(Vec<usize>, &str)], ends: &BTreeMap<usize, &'static str>) -> Vec<&'static str> {
    let mut states: Vec<&'static str> = Vec::new();
    for (at, (dependencies, policy)) in graph.iter().enumerate() {
        let lost = dependencies.iter().any(|on| matches!(states[*on], "failed" | "cancelled"));
        let open = dependencies.iter().any(|on| matches!(states[*on], "ready" | "blocked"));
        states.push(match (lost, *policy) {
            (true, "fail") => "failed",
            (true, "cancel") => "cancelled",
            _ if open => "blocked",
            _ => ends.get(&at).copied().unwrap_or("ready"),
        });
    }
    states
}

#[test]
fn graphs_by_chance_end_as_a_model_says() {
    in_a_swarm(async |w| {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut dice = |sides: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % sides
        };
        for round in 0..6 {
            let (mut graph, mut ids): (Vec<(Vec<usize>, &str)>, Vec<String>) = (Vec::new(), Vec::new());
            for at in 0..14 {
                let mut on: Vec<usize> = (0..if at == 0 { 0 } else { dice(4) }).map(|_| dice(at)).collect();
                on.sort_unstable();
                on.dedup();
                let policy = ["fail", "cancel", "run"][dice(3)];
                let named: Vec<_> = on.iter().map(|on| ids[*on].clone()).collect();
                let new = task()
                    .queue(format!("g{round}-{at}"))
                    .depends_on(json!(named))
                    .on_dependency_failure(policy);
                ids.push(w.submit_id(new).await);
                graph.push((on, policy));
            }
            let mut ends = BTreeMap::new();
            loop {
                let states = expected(&graph, &ends);
                for (at, id) in ids.iter().enumerate() {
                    assert_eq!(w.status(id).await, states[at], "task {at} of {graph:?} after {ends:?}");
                }
                let ready: Vec<_> = (0..ids.len()).filter(|at| states[*at] == "ready").collect();
                if ready.is_empty() {
                    break;
                }
                let at = ready[dice(ready.len())];
                let held =
                    w.claim_with(json!({"agent": "x", "queues": [format!("g{round}-{at}")]})).await.remove(0);
                let end = ["completed", "failed", "completed"][dice(3)];
                match end {
                    "completed" => w.complete(&held, Value::Null).await.ok(),
                    _ => {
                        w.fail_with(&held, json!({"error": {"message": "no"}, "retryable": false})).await.ok()
                    }
                };
                ends.insert(at, end);
            }
        }
    });
}

#[test]
fn who_is_submitted_in_the_step_that_ends_what_it_depends_on_hears_of_that() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let ops = json!([
            {"op": "task.submit", "task": {"payload": 9, "depends_on": [held.id]}},
            {"op": "task.complete", "id": held.id, "lease": held.token},
        ]);
        let applied = w.post("/transactions").json(json!({"ops": ops})).send().await.ok();
        let id = applied["results"][0]["id"].as_str().unwrap();
        w.until_status(id, "ready").await;
    });
}
