//! No fault but haste.

use std::collections::HashMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{in_a_swarm, task};

use crate::{mixed::Mixed, support::Load};

#[test]
fn thirty_two_agents_racing_for_500_tasks_get_each_task_once() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..500).map(|n| task().payload(n))).await;
        let race = |agent: usize| {
            let w = w.clone();
            async move {
                let (mut got, name) = (Vec::new(), format!("racer{agent}"));
                loop {
                    // From one to three at a time: claims of different sizes meet in one call.
                    let claim = json!({"agent": name, "max_tasks": 1 + agent % 3});
                    let held = w.claim_with(claim).await;
                    if held.is_empty() {
                        return got;
                    }
                    for held in held {
                        w.complete(&held, json!({"by": name})).await.ok();
                        got.push((held.id, name.clone()));
                    }
                }
            }
        };
        let got: Vec<_> = join_all((0..32).map(race)).await.into_iter().flatten().collect();
        let by: HashMap<_, _> = got.iter().cloned().collect();
        assert_eq!((got.len(), by.len()), (500, 500), "each task went to one agent, once");
        let completed: Vec<Value> = w.list("completed").await;
        assert_eq!(completed.len(), ids.len());
        for task in completed {
            assert_eq!(task["attempt"], 1);
            assert_eq!(task["result"]["by"], by[task["id"].as_str().unwrap()]);
        }
    });
}

#[test]
fn a_history_without_faults_holds() {
    in_a_swarm(async |w| {
        let history = Load { submitters: 4, tasks: 30, agents: 8 }.run(&[w], async {}).await;
        assert!(history.events().len() > 300);
    });
}

#[test]
fn a_history_of_all_kinds_of_tasks_without_faults_holds() {
    in_a_swarm(async |w| {
        let history = Mixed { submitters: 4, tasks: 60, agents: 8, seed: 1 }.run(&[w], async {}).await;
        assert!(history.events().len() > 600);
    });
}
