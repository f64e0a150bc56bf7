use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{apply, apply_if, complete, put, state};

/// Accounts between which is transferred.
const ACCOUNTS: usize = 4;
const WRITERS: usize = 8;
const ROUNDS: usize = 10;

#[test]
fn transfers_between_accounts_lose_and_make_nothing() {
    in_a_swarm(async |w| {
        let opening: Vec<_> = (0..ACCOUNTS).map(|n| put(&format!("account/{n}"), json!(100))).collect();
        apply(&w, json!(opening)).await.ok();
        let writer = async |writer: usize| {
            for round in 0..ROUNDS {
                let from = (writer + round) % ACCOUNTS;
                let ops = json!([
                    {"op": "state.increment", "key": format!("account/{from}"), "by": -1},
                    {"op": "state.increment", "key": format!("account/{}", (from + 1) % ACCOUNTS), "by": 1},
                ]);
                apply(&w, ops).await.ok();
                let page = w.get("/state?prefix=account/").send().await.ok();
                let all = page["items"].as_array().unwrap();
                assert_eq!(all.iter().map(|item| item["value"].as_i64().unwrap()).sum::<i64>(), 400);
            }
        };
        join_all((0..WRITERS).map(writer)).await;
    });
}

#[test]
fn of_many_who_finish_one_task_together_with_something_else_one_succeeds() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let held = w.claim_one("a").await;
        let attempt = async |n: usize| {
            let ops = json!([{"op": "state.increment", "key": "winners"}, complete(&held, json!(n))]);
            apply(&w, ops).await.status
        };
        let mut answers = join_all((0..20).map(attempt)).await;
        answers.sort_unstable();
        assert_eq!(answers, [vec![200], vec![409; 19]].concat());
        assert_eq!(state(&w, "winners").await, 1);
    });
}

#[test]
fn of_many_who_name_one_version_one_succeeds() {
    in_a_swarm(async |w| {
        apply(&w, json!([put("k", json!(0))])).await.ok();
        let attempt = async |n: usize| {
            let conditions = json!([{"state": "k", "version": 1}]);
            apply_if(&w, conditions, json!([put("k", json!(n)), put(&format!("by/{n}"), json!(1))]))
                .await
                .status
        };
        let answers = join_all((0..20).map(attempt)).await;
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
        let written = w.get("/state?prefix=by/").send().await.ok();
        assert_eq!(written["items"].as_array().unwrap().len(), 1);
    });
}
