use serde_json::{Value, json};
use waggle_tests::{Task, World, in_a_swarm};

use super::support::{in_q, payloads, take};

fn of(key: &str, weight: u64) -> Task {
    in_q(key).with("fairness_key", key).with("fairness_weight", weight)
}

async fn order(w: &World, count: usize) -> Vec<Value> {
    payloads(&take(w, count).await)
}

#[test]
fn whoever_has_many_tasks_does_not_keep_another_one_from_his_turn() {
    in_a_swarm(async |w| {
        w.submit_many((0..200).map(|_| of("many", 1))).await;
        w.submit(of("one", 1)).await;
        assert_eq!(order(&w, 3).await, ["many", "one", "many"]);
    });
}

#[test]
fn keys_take_turns_in_the_order_in_which_they_came() {
    in_a_swarm(async |w| {
        for key in ["x", "y", "z"] {
            w.submit_many((0..3).map(|_| of(key, 1))).await;
        }
        assert_eq!(order(&w, 4).await, ["x", "y", "z", "x"]);
        assert_eq!(order(&w, 9).await, ["y", "z", "x", "y", "z"], "also from one claim to the next");
    });
}

#[test]
fn a_key_gets_as_many_tasks_a_turn_as_its_weight_says() {
    in_a_swarm(async |w| {
        w.submit_many((0..30).map(|_| of("heavy", 3))).await;
        w.submit_many((0..30).map(|_| of("light", 1))).await;
        let first = order(&w, 40).await;
        let heavy = first.iter().filter(|key| *key == "heavy").count();
        assert!((29..=31).contains(&heavy), "{heavy} of 40");
    });
}

#[test]
fn tasks_without_a_key_count_as_one_key_where_keys_are_used() {
    in_a_swarm(async |w| {
        w.submit(of("x", 1)).await;
        w.submit_many((0..50).map(|_| in_q("none"))).await;
        w.submit_many((0..2).map(|_| of("y", 1))).await;
        assert_eq!(order(&w, 5).await, ["x", "none", "y", "none", "y"]);
    });
}

#[test]
fn the_tasks_of_one_key_keep_their_order_and_priorities_come_first() {
    in_a_swarm(async |w| {
        let numbered = |n: u64, priority: u64| of("x", 1).payload(n).priority(priority);
        w.submit_many([numbered(1, 5), numbered(2, 5), numbered(0, 9), numbered(3, 5)]).await;
        assert_eq!(order(&w, 9).await, [0, 1, 2, 3]);
    });
}

#[test]
fn turns_hold_for_tasks_of_certain_capabilities_too_and_survive_cancels_and_releases() {
    in_a_swarm(async |w| {
        let gpu = |key: &str| of(key, 1).requires(json!(["gpu"]));
        let xs = w.submit_many((0..4).map(|_| gpu("x"))).await;
        w.submit_many((0..2).map(|_| gpu("y"))).await;
        w.cancel(&xs[0]).await.ok();
        w.cancel(&xs[2]).await.ok();
        let claim = json!({"agent": "a", "queues": ["q"], "capabilities": ["gpu"], "max_tasks": 1});
        let first = w.claim_with(claim.clone()).await;
        w.release(&first[0]).await.ok();
        assert_eq!(w.claim_with(claim).await[0].id, first[0].id, "what was given back comes first");
        let claim = json!({"agent": "a", "queues": ["q"], "capabilities": ["gpu"], "max_tasks": 9});
        assert_eq!(w.claim_with(claim).await.len(), 3);
    });
}

#[test]
fn those_behind_many_that_were_called_off_are_handed_out_all_the_same() {
    in_a_swarm(async |w| {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.extend(w.submit_many((0..1_000).map(|_| of("x", 1))).await);
        }
        for id in &ids[1_400..1_440] {
            w.cancel(id).await.ok();
        }
        let mut got = 0;
        loop {
            let held = take(&w, 100).await;
            if held.is_empty() {
                break;
            }
            got += held.len();
            let outcomes: Vec<_> = held
                .iter()
                .map(|held| json!({"id": held.id, "lease": held.token, "outcome": "complete"}))
                .collect();
            w.post("/settlements").json(json!({"agent": "a", "outcomes": outcomes})).send().await.ok();
        }
        assert_eq!(got, 2_960);
    });
}

#[test]
fn what_waits_for_its_turn_is_listed_page_by_page() {
    in_a_swarm(async |w| {
        w.submit_many((0..900).map(|n| of(&format!("k{}", n % 300), 1))).await;
        assert_eq!(w.pages("status=ready&queue=q&limit=100").await.len(), 900);
    });
}

#[test]
fn a_weight_needs_a_key_and_is_1_to_100() {
    in_a_swarm(async |w| {
        for task in [of("x", 0), of("x", 101), in_q(1).with("fairness_weight", 2)] {
            let problem = w.post("/tasks").json(task).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], "/fairness_weight");
        }
    });
}
