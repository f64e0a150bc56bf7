use futures_util::future::join;
use serde_json::{Value, json};
use waggle_tests::{Held, PATIENCE, World, in_a_swarm, task, until};

use super::support::{MORE_TTL_MS, SHORT_TTL_MS, register, until_agent};
use crate::tasks::support::payloads;

fn payloads_of(held: &[Held]) -> Vec<Value> {
    payloads(held.iter().map(|held| &held.task))
}

/// Claims as an agent of its own until so many tasks have come.
async fn take(w: &World, claim: Value, count: usize) -> Vec<Held> {
    let mut held = Vec::new();
    until(&format!("{count} tasks come"), PATIENCE, async || {
        held.extend(w.claim_with(claim.clone()).await);
        held.len() >= count
    })
    .await;
    held
}

#[test]
fn what_is_pinned_to_an_agent_that_never_came_waits_for_it() {
    in_a_swarm(async |w| {
        w.submit(task().agent("a")).await;
        assert!(w.claim_with(json!({"agent": "b", "wait_ms": 1_500})).await.is_empty());
        assert_eq!(w.claim("a").await.len(), 1);
    });
}

#[test]
fn what_is_pinned_to_a_lost_agent_is_everybody_s_in_its_order() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": MORE_TTL_MS})).await;
        w.submit_many((0..4).map(|n| task().payload(n).agent("a"))).await;
        w.submit(task().payload("urgent").agent("a").priority(9)).await;
        w.submit(task().payload("rust").agent("a").requires(["rust"])).await;
        w.submit(task().payload("elsewhere").agent("a").queue("q")).await;
        assert!(w.claim("b").await.is_empty());
        let held = take(&w, json!({"agent": "b", "max_tasks": 9}), 5).await;
        assert_eq!(payloads_of(&held)[..], [json!("urgent"), json!(0), json!(1), json!(2), json!(3)]);
        let held = take(&w, json!({"agent": "b", "capabilities": ["rust"]}), 1).await;
        assert_eq!(payloads_of(&held), ["rust"]);
        let held = take(&w, json!({"agent": "b", "queues": ["q"]}), 1).await;
        assert_eq!(payloads_of(&held), ["elsewhere"]);
    });
}

#[test]
fn claims_that_wait_are_woken_by_what_was_pinned_to_the_lost() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS})).await;
        w.submit(task().agent("a")).await;
        let held = w.claim_one("b").await;
        assert_eq!(held.attempt, 1);
        assert_eq!(w.get("/agents/a").send().await.ok()["status"], "lost");
    });
}

#[test]
fn what_is_pinned_to_an_agent_that_is_lost_or_gone_already_is_everybody_s_at_once() {
    in_a_swarm(async |w| {
        register(&w, "lost", json!({"ttl_ms": SHORT_TTL_MS})).await;
        register(&w, "gone", json!({})).await;
        w.delete("/agents/gone").send().await.expect(204);
        w.submit(task().agent("lost")).await;
        take(&w, json!({"agent": "b"}), 1).await;
        for agent in ["lost", "gone"] {
            w.submit(task().agent(agent)).await;
            assert_eq!(w.claim("b").await.len(), 1, "{agent}");
            w.submit(task().agent(agent).delay_ms(50)).await;
            w.claim_one("b").await;
        }
    });
}

#[test]
fn what_is_pinned_to_a_deleted_agent_is_everybody_s() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 2})).await;
        w.submit_many((0..3).map(|n| task().payload(n).agent("a"))).await;
        assert_eq!(w.claim_with(json!({"agent": "a", "max_tasks": 2})).await.len(), 2);
        w.delete("/agents/a").send().await.expect(204);
        let held = take(&w, json!({"agent": "b", "max_tasks": 5}), 3).await;
        let mut seen = payloads_of(&held);
        seen.sort_by_key(Value::as_u64);
        assert_eq!(seen, [0, 1, 2]);
    });
}

#[test]
fn a_retry_or_a_release_goes_to_everybody_when_its_agent_is_lost() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS, "capacity": 3})).await;
        w.submit_many((0..2).map(|n| task().payload(n).agent("a"))).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 2})).await;
        until_agent(&w, "a", "lost").await;
        // The clock says so at once; that it was noticed shows when the first task is another's.
        w.fail_with(&held[0], json!({"retry_after_ms": 0})).await.ok();
        take(&w, json!({"agent": "b"}), 1).await;
        w.release(&held[1]).await.ok();
        take(&w, json!({"agent": "b"}), 1).await;
    });
}

#[test]
fn what_everybody_may_have_can_be_cancelled_and_the_lost_agent_may_have_it_too() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"ttl_ms": SHORT_TTL_MS, "capacity": 5})).await;
        let ids = w.submit_many((0..3).map(|n| task().payload(n).agent("a"))).await;
        let held = take(&w, json!({"agent": "b"}), 1).await;
        assert_eq!(held[0].id, ids[0]);
        w.cancel(&ids[1]).await.ok();
        assert_eq!(w.claim_one("a").await.id, ids[2]);
        assert!(w.claim("b").await.is_empty());
    });
}

#[test]
fn an_agent_that_is_there_keeps_what_is_pinned_to_it() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        register(&w, "b", json!({"ttl_ms": SHORT_TTL_MS})).await;
        w.submit(task().agent("a")).await;
        let claim = w.claim_with(json!({"agent": "c", "wait_ms": 2_500}));
        let (nothing, ()) = join(claim, until_agent(&w, "b", "lost")).await;
        assert!(nothing.is_empty());
        assert_eq!(w.claim("a").await.len(), 1);
    });
}

#[test]
fn more_than_one_step_of_pinned_tasks_is_handed_on() {
    in_a_swarm(async |w| {
        const TASKS: usize = 700;
        register(&w, "a", json!({"ttl_ms": 3_000})).await;
        w.submit_many((0..TASKS).map(|n| task().payload(n).agent("a"))).await;
        w.delete("/agents/a").send().await.expect(204);
        let mut seen = Vec::new();
        while seen.len() < TASKS {
            let agent = format!("b{}", seen.len());
            let claim = json!({"agent": agent, "max_tasks": 100, "wait_ms": 10_000});
            let held = w.claim_with(claim).await;
            assert!(!held.is_empty(), "after {}", seen.len());
            seen.extend(payloads_of(&held));
        }
        seen.sort_by_key(Value::as_u64);
        seen.dedup();
        assert_eq!(seen.len(), TASKS);
    });
}
