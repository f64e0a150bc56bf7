use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use super::support::{apply, apply_if, put, state};

const UNKNOWN: &str = "0193a0de-0000-7000-8000-000000000000";

#[test]
fn a_version_that_is_not_the_keys_stops_all_of_it_at_its_place() {
    in_a_swarm(async |w| {
        apply(&w, json!([put("plan", json!("a")), put("other", json!(1))])).await.ok();
        for (version, holds) in [(1, true), (0, false), (2, false), (9_999, false)] {
            let conditions = json!([{"state": "other", "version": 2}, {"state": "plan", "version": version}]);
            let reply = apply_if(&w, conditions, json!([put("x", json!(version))])).await;
            if holds {
                reply.ok();
                continue;
            }
            let problem = reply.problem(412, "version_mismatch");
            assert_eq!((&problem["in"], &problem["index"]), (&json!("if"), &json!(1)));
            assert_eq!(problem["version"], 1);
        }
        assert_eq!(state(&w, "x").await, 1);
    });
}

#[test]
fn version_0_means_that_the_key_must_not_exist() {
    in_a_swarm(async |w| {
        let absent = json!([{"state": "leader", "version": 0}]);
        apply_if(&w, absent.clone(), json!([put("leader", json!("a"))])).await.ok();
        apply_if(&w, absent, json!([put("leader", json!("b"))])).await.problem(412, "version_mismatch");
        assert_eq!(state(&w, "leader").await, "a");
    });
}

#[test]
fn a_task_must_stand_as_the_condition_says() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let condition = |status: &str| json!([{"task": id, "status": status}]);
        apply_if(&w, condition("ready"), json!([put("k", json!(1))])).await.ok();
        let problem = apply_if(&w, condition("running"), json!([put("k", json!(2))])).await;
        let problem = problem.problem(409, "wrong_state");
        assert_eq!((&problem["in"], &problem["index"]), (&json!("if"), &json!(0)));
        w.claim_one("a").await;
        apply_if(&w, condition("running"), json!([put("k", json!(3))])).await.ok();
        let unknown = json!([{"task": UNKNOWN, "status": "ready"}]);
        apply_if(&w, unknown, json!([put("k", json!(4))])).await.problem(404, "task_not_found");
        assert_eq!(state(&w, "k").await, 3);
    });
}

#[test]
fn a_lease_must_be_held_as_the_condition_says() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let condition = json!([{"task": held.id, "lease": held.token}]);
        apply_if(&w, condition.clone(), json!([put("k", json!(1))])).await.ok();
        w.release(&held).await.ok();
        let stale = apply_if(&w, condition, json!([put("k", json!(2))])).await.problem(409, "lease_lost");
        assert_eq!((&stale["in"], &stale["index"]), (&json!("if"), &json!(0)));
        let foreign = json!([{"task": held.id, "lease": "1-0000000000000000"}]);
        apply_if(&w, foreign, json!([put("k", json!(3))])).await.problem(409, "lease_lost");
        assert_eq!(state(&w, "k").await, 1);
    });
}

#[test]
fn conditions_are_looked_at_before_any_operation() {
    in_a_swarm(async |w| {
        // The operation would make the condition true.
        let conditions = json!([{"state": "k", "version": 1}]);
        let problem =
            apply_if(&w, conditions, json!([put("k", json!(1))])).await.problem(412, "version_mismatch");
        assert_eq!(problem["version"], 0);
        assert_eq!(state(&w, "k").await, Value::Null);
    });
}
