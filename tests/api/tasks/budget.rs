use serde_json::{Value, json};
use waggle_tests::{Held, Task, World, in_a_swarm, task};

fn uses(tokens: u64) -> Value {
    json!({"usage": {"tokens": tokens}})
}

fn with_budget(budget: Value) -> Task {
    task().with("budget", budget)
}

async fn beat(w: &World, held: &Held, tokens: u64) -> Value {
    w.heartbeat(held, uses(tokens)).await.ok()
}

#[test]
fn the_heartbeat_that_passes_the_limit_ends_the_task() {
    in_a_swarm(async |w| {
        let made = w.submit(with_budget(json!({"tokens": 100}))).await;
        assert_eq!(
            made["budget"],
            json!({"tokens": 100, "usd_micros": null, "wall_ms": null, "on_exceeded": "fail"})
        );
        let held = w.claim_one("a").await;
        assert_eq!(beat(&w, &held, 60).await.get("budget_exceeded"), None);
        assert_eq!(beat(&w, &held, 40).await.get("budget_exceeded"), None);
        let last = beat(&w, &held, 1).await;
        assert_eq!((&last["budget_exceeded"], &last["cancel_requested"]), (&json!(true), &json!(false)));
        assert_eq!(last["lease"]["token"], held.token);
        let failed = w.task(&held.id).await;
        assert_eq!(
            (&failed["status"], &failed["error"]["kind"]),
            (&json!("failed"), &json!("budget_exceeded"))
        );
        let details = json!({"task": held.id, "resource": "tokens", "limit": 100, "used": 101});
        assert_eq!(failed["error"]["details"], details);
        assert_eq!(failed["usage"]["tokens"], 101);
        w.heartbeat(&held, json!({})).await.problem(409, "lease_lost");
        w.complete(&held, 1).await.problem(409, "lease_lost");
        w.fail(&held).await.problem(409, "lease_lost");
        assert!(w.claim("b").await.is_empty());
    });
}

#[test]
fn every_resource_has_a_limit_of_its_own() {
    in_a_swarm(async |w| {
        for name in ["tokens", "usd_micros", "wall_ms"] {
            w.submit(with_budget(json!({ name: 5 }))).await;
            let held = w.claim_one("a").await;
            let mut much = json!({"tokens": 9, "usd_micros": 9, "wall_ms": 9});
            much[name] = json!(5);
            assert_eq!(w.heartbeat(&held, json!({"usage": much})).await.ok().get("budget_exceeded"), None);
            let last = w.heartbeat(&held, json!({"usage": {name: 1}})).await.ok();
            assert_eq!(last["budget_exceeded"], true, "{name}");
            assert_eq!(w.task(&held.id).await["error"]["details"]["resource"], name);
        }
    });
}

#[test]
fn a_budget_may_ask_a_person_and_an_answer_grants_it_once_more() {
    in_a_swarm(async |w| {
        let budget = json!({"tokens": 100, "on_exceeded": "input_required"});
        let id = w.submit_id(with_budget(budget).max_attempts(1)).await;
        for round in 1..=3 {
            let held = w.claim_one("a").await;
            assert_eq!(held.attempt, 1);
            assert_eq!(beat(&w, &held, 100).await.get("budget_exceeded"), None, "round {round}");
            assert_eq!(beat(&w, &held, 50).await["budget_exceeded"], true);
            let asking = w.task(&id).await;
            assert_eq!(asking["status"], "input_required");
            let prompt = asking["input"]["prompt"].as_str().unwrap();
            assert!(prompt.contains(&id) && prompt.contains("150 of 100 tokens"), "{prompt}");
            w.on(&id, "input", json!({"value": "go on"})).await.ok();
            assert_eq!(w.task(&id).await["usage"]["tokens"], round * 150);
        }
        let held = w.claim_one("a").await;
        assert_eq!(held.task["input"]["value"], "go on");
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn an_answer_to_another_question_grants_nothing() {
    in_a_swarm(async |w| {
        let budget = json!({"tokens": 100, "on_exceeded": "input_required"});
        w.submit(with_budget(budget)).await;
        let held = w.claim_one("a").await;
        let body = json!({"lease": held.token, "prompt": "q", "usage": {"tokens": 80}});
        w.on(&held.id, "input-request", body).await.ok();
        w.on(&held.id, "input", json!({"value": 1})).await.ok();
        let held = w.claim_one("a").await;
        assert_eq!(beat(&w, &held, 30).await["budget_exceeded"], true);
        w.on(&held.id, "input", json!({"value": 1})).await.ok();
        let held = w.claim_one("a").await;
        let body = json!({"lease": held.token, "prompt": "q", "usage": {"tokens": 80}});
        w.on(&held.id, "input-request", body).await.ok();
        w.on(&held.id, "input", json!({"value": 1})).await.ok();
        let held = w.claim_one("a").await;
        assert_eq!(beat(&w, &held, 21).await["budget_exceeded"], true);
    });
}

#[test]
fn two_children_share_the_budget_of_their_parent() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(with_budget(json!({"tokens": 100})).queue("parents")).await;
        w.submit_many([task().with("parent", parent.clone()), task().with("parent", parent.clone())]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        assert_eq!(beat(&w, &held[0], 70).await.get("budget_exceeded"), None);
        assert_eq!(beat(&w, &held[1], 40).await["budget_exceeded"], true);
        assert_eq!(w.task(&held[1].id).await["error"]["details"]["task"], json!(parent));
        // The other one hears of it at its next heartbeat, whether or not it uses anything.
        assert_eq!(w.status(&held[0].id).await, "running");
        assert_eq!(w.heartbeat(&held[0], json!({})).await.ok()["budget_exceeded"], true);
        assert_eq!(w.status(&held[0].id).await, "failed");
        assert_eq!(w.task(&parent).await["tree_usage"]["tokens"], 110);
        assert_eq!(w.status(&parent).await, "ready");
    });
}

#[test]
fn work_goes_on_in_the_whole_tree_after_an_answer() {
    in_a_swarm(async |w| {
        let budget = json!({"tokens": 100, "on_exceeded": "input_required"});
        let parent = w.submit_id(with_budget(budget).queue("parents")).await;
        let child = w.submit_id(task().with("parent", parent.clone()).queue("children")).await;
        w.submit_many([task().with("parent", child.clone()), task().with("parent", child)]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        assert_eq!(beat(&w, &held[0], 101).await["budget_exceeded"], true);
        assert_eq!(w.status(&held[0].id).await, "input_required");
        w.on(&held[0].id, "input", json!({"value": true})).await.ok();
        assert_eq!(beat(&w, &held[1], 100).await.get("budget_exceeded"), None);
        let again = w.claim_one("b").await;
        assert_eq!(beat(&w, &again, 1).await["budget_exceeded"], true);
        w.complete(&held[1], "done").await.ok();
        assert_eq!(w.task(&parent).await["tree_usage"]["tokens"], 202);
    });
}

#[test]
fn the_nearest_budget_that_is_used_up_decides() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(with_budget(json!({"tokens": 50})).queue("parents")).await;
        let own = json!({"tokens": 60, "on_exceeded": "input_required"});
        w.submit(with_budget(own).with("parent", parent.clone())).await;
        let held = w.claim_one("a").await;
        beat(&w, &held, 61).await;
        assert_eq!(w.status(&held.id).await, "input_required");
        w.on(&held.id, "input", json!({"value": 1})).await.ok();
        let held = w.claim_one("a").await;
        assert_eq!(w.heartbeat(&held, json!({})).await.ok()["budget_exceeded"], true);
        let failed = w.task(&held.id).await;
        assert_eq!(
            (&failed["status"], &failed["error"]["details"]["task"]),
            (&json!("failed"), &json!(parent))
        );
    });
}

#[test]
fn an_agents_heartbeat_tells_which_tasks_were_taken_from_it() {
    in_a_swarm(async |w| {
        let ids = w.submit_many([with_budget(json!({"tokens": 1})), task()]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        let leases: Vec<_> = held
            .iter()
            .map(|held| json!({"id": held.id, "lease": held.token, "usage": {"tokens": 2}}))
            .collect();
        let answer = w.post("/agents/a/heartbeat").json(json!({"leases": leases})).send().await.ok();
        assert_eq!(answer["budget_exceeded"], json!([ids[0]]));
        assert_eq!((answer["extended"].as_array().unwrap().len(), &answer["lost"]), (1, &json!([])));
        let leases = &leases[1..];
        let answer = w.post("/agents/a/heartbeat").json(json!({"leases": leases})).send().await.ok();
        assert_eq!(answer.get("budget_exceeded"), None);
        let agent = w.get("/agents/a").send().await.ok();
        assert_eq!((&agent["running"], &agent["failed"]), (&json!(1), &json!(1)));
    });
}

#[test]
fn what_is_done_stands_although_it_passed_the_limit() {
    in_a_swarm(async |w| {
        w.submit_many([with_budget(json!({"tokens": 1})), with_budget(json!({"tokens": 1}))]).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        let body = json!({"lease": held[0].token, "result": "done", "usage": {"tokens": 9}});
        assert_eq!(w.on(&held[0].id, "complete", body).await.ok()["status"], "completed");
        let body = json!({"lease": held[1].token, "usage": {"tokens": 9}});
        assert_eq!(w.on(&held[1].id, "release", body).await.ok()["status"], "ready");
        let again = w.claim_one("a").await;
        assert_eq!(w.heartbeat(&again, json!({})).await.ok()["budget_exceeded"], true);
    });
}

#[test]
fn a_task_that_was_called_off_is_cancelled_when_its_budget_is_used_up() {
    in_a_swarm(async |w| {
        for policy in ["fail", "input_required"] {
            w.submit(with_budget(json!({"tokens": 1, "on_exceeded": policy}))).await;
            let held = w.claim_one("a").await;
            w.cancel(&held.id).await.ok();
            let last = beat(&w, &held, 2).await;
            assert_eq!((&last["budget_exceeded"], &last["cancel_requested"]), (&json!(true), &json!(true)));
            assert_eq!(w.status(&held.id).await, "cancelled", "{policy}");
        }
    });
}

#[test]
fn budgets_that_cannot_be_are_refused() {
    in_a_swarm(async |w| {
        for (budget, pointer) in [
            (json!({}), "/budget"),
            (json!({"on_exceeded": "fail"}), "/budget"),
            (json!({"tokens": null}), "/budget"),
            (json!({"tokens": 0}), "/budget/tokens"),
            (json!({"usd_micros": 0, "tokens": 1}), "/budget/usd_micros"),
            (json!({"wall_ms": 0}), "/budget/wall_ms"),
            (json!({"tokens": -1}), "/budget/tokens"),
            (json!({"tokens": 9_007_199_254_740_992_u64}), "/budget/tokens"),
            (json!({"tokens": "1"}), "/budget/tokens"),
            (json!({"tokens": 1, "on_exceeded": "stop"}), "/budget/on_exceeded"),
            (json!({"tokens": 1, "seconds": 1}), "/budget/seconds"),
            (json!([1]), "/budget"),
        ] {
            let reply = w.post("/tasks").json(with_budget(budget.clone())).send().await;
            let problem = reply.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{budget}: {problem}");
        }
        assert!(w.list("ready").await.is_empty());
    });
}

#[test]
fn a_retry_grants_the_budget_of_the_task_once_more() {
    in_a_swarm(async |w| {
        let id = w.submit_id(with_budget(json!({"tokens": 100}))).await;
        for round in 1..=3 {
            let held = w.claim_one("a").await;
            assert_eq!(beat(&w, &held, 100).await.get("budget_exceeded"), None, "round {round}");
            assert_eq!(beat(&w, &held, 1).await["budget_exceeded"], true);
            assert_eq!(w.task(&id).await["usage"]["tokens"], round * 101, "what was used stays told");
            w.retry(&id).await.ok();
        }
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
    });
}

#[test]
fn a_retry_of_a_child_does_not_grant_the_budget_of_its_parent() {
    in_a_swarm(async |w| {
        let parent = w.submit_id(with_budget(json!({"tokens": 100})).queue("parents")).await;
        let child = w.submit_id(with_budget(json!({"tokens": 500})).with("parent", parent.clone())).await;
        let held = w.claim_one("a").await;
        assert_eq!(beat(&w, &held, 101).await["budget_exceeded"], true);
        w.retry(&child).await.ok();
        let held = w.claim_one("a").await;
        assert_eq!(beat(&w, &held, 1).await["budget_exceeded"], true);
        assert_eq!(w.task(&child).await["error"]["details"]["task"], json!(parent));
    });
}
