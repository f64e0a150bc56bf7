use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_task_queue::model::Status;
use waggle_tests::{Held, PATIENCE, World, in_a_swarm, task, until};

use super::support::Feed;

const AGENTS: u64 = 8;
const ROUNDS: usize = 25;
/// Short enough to be waited for: what is called off in silence goes on until its lease ends.
const LEASE_MS: u64 = 1_000;

/// Numbers that only look random: a test that fails, fails again.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Claims, and does something with what it gets.
async fn work(w: &World, number: u64) {
    let (mut dice, agent) = (Dice(number), format!("a{number}"));
    for _ in 0..ROUNDS {
        if dice.throw(2) == 0 {
            let new = task().max_attempts(dice.throw(3) + 1).delay_ms(dice.throw(2) * 10);
            w.submit(new.lease_ms(LEASE_MS)).await;
        }
        let claim = json!({"agent": agent, "max_tasks": dice.throw(3) + 1, "wait_ms": 20});
        for held in w.claim_with(claim).await {
            settle(w, &held, &mut dice).await;
        }
    }
}

/// Some of these calls are too late, and refused.
async fn settle(w: &World, held: &Held, dice: &mut Dice) {
    match dice.throw(7) {
        0 => drop(w.fail_with(held, json!({"retry_after_ms": dice.throw(2) * 10})).await),
        1 => drop(w.fail_with(held, json!({"retryable": false})).await),
        2 => drop(w.release(held).await),
        3 => drop(w.cancel(&held.id).await),
        4 => {
            w.cancel(&held.id).await;
            w.release(held).await;
            w.retry(&held.id).await;
        }
        _ => drop(w.complete(held, 1).await),
    }
}

/// Where the history says that each task stands, every step of the way being one that a task may go.
fn replayed(events: &[Value]) -> BTreeMap<String, Status> {
    let mut tasks: BTreeMap<String, Status> = BTreeMap::new();
    for event in events {
        let Some(id) = event["task"].as_str() else { continue };
        let status: Status = event["status"].as_str().unwrap().parse().unwrap();
        let before = tasks.insert(id.to_owned(), status);
        let may_go = match (before, event["kind"].as_str().unwrap()) {
            (None, kind) => kind == "task.submitted",
            (Some(Status::Running), "task.cancel_requested") => status == Status::Running,
            (Some(before), _) => before.next().contains(&status),
        };
        assert!(may_go, "{before:?} to {status:?}: {event}");
    }
    tasks
}

#[test]
fn the_history_replayed_gives_each_task_s_state_whatever_many_agents_did() {
    in_a_swarm(async |w| {
        w.submit_many((0..30).map(|n| task().payload(n).lease_ms(if n % 3 == 0 { 100 } else { LEASE_MS })))
            .await;
        join_all((0..AGENTS).map(|number| work(&w, number))).await;
        // Nothing moves by itself any more once nothing is scheduled or held.
        until("what may still move has been called off", PATIENCE, async || {
            let movable = [w.list("running").await, w.list("scheduled").await].concat();
            for task in &movable {
                w.cancel(task["id"].as_str().unwrap()).await;
            }
            movable.is_empty()
        })
        .await;
        let last = w.submit_id(task().queue("last")).await;
        let mut feed = Feed::behind(&w, "?kind=task.*", "0-0.0").await;
        let mut events = Vec::new();
        while events.last().is_none_or(|event: &Value| event["task"] != last.as_str()) {
            events.push(feed.event().await);
        }
        let stands: BTreeMap<String, Status> = w
            .pages("limit=500")
            .await
            .iter()
            .map(|task| {
                (task["id"].as_str().unwrap().to_owned(), task["status"].as_str().unwrap().parse().unwrap())
            })
            .collect();
        assert_eq!(replayed(&events), stands);
        assert!(
            stands.len() > 100 && events.len() > 3 * stands.len(),
            "{} of {}",
            events.len(),
            stands.len()
        );
    });
}
