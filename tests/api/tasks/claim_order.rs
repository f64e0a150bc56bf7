use serde_json::{Value, json};
use waggle_tests::{Held, World, in_a_swarm, task};

use super::support::payloads;

async fn claim_all(w: &World, most: usize) -> Vec<Value> {
    let mut all: Vec<Held> = Vec::new();
    loop {
        let held = w.claim_with(json!({"agent": "a", "max_tasks": most})).await;
        if held.is_empty() {
            return payloads(all.iter().map(|held| &held.task));
        }
        all.extend(held);
    }
}

#[test]
fn higher_priorities_come_first_and_within_one_the_first_comes_first() {
    in_a_swarm(async |w| {
        for (payload, priority) in [("e", 0), ("c", 5), ("a", 9), ("d", 5), ("b", 9), ("f", 0)] {
            w.submit(task().payload(payload).priority(priority)).await;
        }
        assert_eq!(claim_all(&w, 1).await, ["a", "b", "c", "d", "e", "f"]);
    });
}

#[test]
fn the_order_is_the_same_when_many_are_taken_at_once() {
    in_a_swarm(async |w| {
        w.submit_many((0..10).map(|n| task().payload(n).priority(9 - n))).await;
        assert_eq!(claim_all(&w, 100).await, (0..10).collect::<Vec<_>>());
    });
}

#[test]
fn of_every_16_tasks_one_is_the_oldest_of_any_priority() {
    in_a_swarm(async |w| {
        w.submit_many((0..4).map(|n| task().payload(format!("low {n}")).priority(0))).await;
        w.submit_many((0..64).map(|_| task().payload("high").priority(9))).await;
        let order = claim_all(&w, 1).await;
        for (n, sixteen) in order[..64].chunks(16).enumerate() {
            let low: Vec<_> = sixteen.iter().filter(|payload| *payload != "high").collect();
            assert_eq!(low, [&format!("low {n}")], "among tasks {} to {}", n * 16, n * 16 + 15);
        }
    });
}

#[test]
fn the_rule_against_starvation_holds_across_claims_of_any_size() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|n| task().payload(format!("low {n}")).priority(1))).await;
        w.submit_many((0..60).map(|_| task().payload("high").priority(8))).await;
        let mut order = Vec::new();
        for most in [7, 1, 30, 3, 22] {
            let held = w.claim_with(json!({"agent": "a", "max_tasks": most})).await;
            order.extend(payloads(held.iter().map(|held| &held.task)));
        }
        let low: Vec<_> = (0..order.len()).filter(|at| order[*at] != "high").collect();
        assert!(low.len() == 3 && low.iter().enumerate().all(|(n, at)| at / 16 == n), "{low:?}");
    });
}

#[test]
fn a_low_priority_is_not_starved_by_requirements_either() {
    in_a_swarm(async |w| {
        w.submit(task().payload("low").priority(0).requires(json!(["x"]))).await;
        w.submit_many((0..32).map(|_| task().payload("high").priority(9))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 16, "capabilities": ["x"]})).await;
        assert!(held.iter().any(|held| held.task["payload"] == "low"));
    });
}

#[test]
fn tasks_with_and_without_requirements_share_one_order_of_priorities() {
    in_a_swarm(async |w| {
        for (payload, priority, requires) in [
            (3, 5, json!([])),
            (1, 8, json!(["x"])),
            (4, 5, json!(["y"])),
            (2, 7, json!([])),
            (5, 1, json!(["x", "y"])),
        ] {
            w.submit(task().payload(payload).priority(priority).requires(requires)).await;
        }
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 9, "capabilities": ["x", "y"]})).await;
        assert_eq!(payloads(held.iter().map(|held| &held.task)), [1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_task_given_back_stands_in_front_of_those_that_came_later() {
    in_a_swarm(async |w| {
        w.submit_many((0..4).map(|n| task().payload(n))).await;
        let first = w.claim_one("a").await;
        w.release(&first).await.ok();
        assert_eq!(claim_all(&w, 2).await, [0, 1, 2, 3]);
    });
}

#[test]
fn tasks_are_dealt_out_to_agents_in_the_order_in_which_they_asked() {
    in_a_swarm(async |w| {
        w.submit_many((0..40).map(|n| task().payload(n))).await;
        let mut seen = Vec::new();
        for agent in 0..8 {
            let held = w.claim_with(json!({"agent": format!("a{agent}"), "max_tasks": 5})).await;
            seen.extend(payloads(held.iter().map(|held| &held.task)));
        }
        assert_eq!(seen, (0..40).collect::<Vec<_>>());
    });
}
