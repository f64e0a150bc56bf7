use futures_util::future::{join, join_all};
use serde_json::json;
use waggle_tests::{in_a_swarm, task};

use super::support::{change, look, register, until_agent_exists};

#[test]
fn an_agent_never_holds_more_than_its_capacity() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 3})).await;
        w.submit_many((0..10).map(|_| task())).await;
        let claims = (0..6).map(|_| w.claim_with(json!({"agent": "a", "max_tasks": 2})));
        let held: Vec<_> = join_all(claims).await.into_iter().flatten().collect();
        assert_eq!(held.len(), 3);
        assert_eq!(look(&w, "a").await["running"], 3);
        assert!(w.claim("a").await.is_empty());
        w.complete(&held[0], 1).await.ok();
        assert_eq!(w.claim_with(json!({"agent": "a", "max_tasks": 5})).await.len(), 1);
    });
}

#[test]
fn whoever_waits_at_its_capacity_is_served_as_soon_as_there_is_room() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit_many((0..6).map(|_| task().lease_ms(60_000))).await;
        let mut held = w.claim_one("a").await;
        for end in ["complete", "fail", "release", "cancel"] {
            let claim = w.claim_with(json!({"agent": "a", "wait_ms": 20_000}));
            let settle = async {
                assert!(w.claim("a").await.is_empty());
                match end {
                    "complete" => drop(w.complete(&held, 1).await.ok()),
                    "fail" => drop(w.fail(&held).await.ok()),
                    "release" => drop(w.release(&held).await.ok()),
                    _ => {
                        w.cancel(&held.id).await.ok();
                        w.release(&held).await.ok();
                    }
                }
            };
            let (mut next, ()) = join(claim, settle).await;
            assert_eq!(next.len(), 1, "after {end}");
            held = next.remove(0);
            assert_eq!(look(&w, "a").await["running"], 1);
        }
    });
}

#[test]
fn a_lease_that_runs_out_makes_room_as_well() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit(task().lease_ms(200).max_attempts(1)).await;
        w.submit(task()).await;
        let first = w.claim_one("a").await;
        let next = w.claim_one("a").await;
        assert_ne!(next.id, first.id);
        w.until_status(&first.id, "failed").await;
    });
}

#[test]
fn a_raised_capacity_serves_claims_that_wait() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit_many((0..3).map(|_| task())).await;
        w.claim_one("a").await;
        let claim = w.claim_with(json!({"agent": "a", "max_tasks": 5, "wait_ms": 20_000}));
        let raise = async {
            assert!(w.claim("a").await.is_empty());
            change(&w, "a", json!({"capacity": 3})).await;
        };
        let (held, ()) = join(claim, raise).await;
        assert_eq!(held.len(), 2);
    });
}

#[test]
fn a_capacity_lowered_below_what_is_held_takes_nothing_away_and_gives_nothing_more() {
    in_a_swarm(async |w| {
        w.submit_many((0..6).map(|_| task())).await;
        let held = w.claim_with(json!({"agent": "a", "max_tasks": 4})).await;
        let agent = change(&w, "a", json!({"capacity": 2})).await;
        assert_eq!((&agent["capacity"], &agent["running"]), (&json!(2), &json!(4)));
        for held in &held[..2] {
            w.complete(held, 1).await.ok();
            assert!(w.claim("a").await.is_empty());
        }
        w.complete(&held[2], 1).await.ok();
        assert_eq!(w.claim_with(json!({"agent": "a", "max_tasks": 5})).await.len(), 1);
    });
}

#[test]
fn waiting_for_room_is_no_task() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit_many((0..2).map(|_| task())).await;
        let held = w.claim_one("a").await;
        let claim = w.claim_with(json!({"agent": "a", "wait_ms": 20_000}));
        let look = async {
            until_agent_exists(&w, "a").await;
            assert!(w.claim("a").await.is_empty());
            assert_eq!(look(&w, "a").await["running"], 1);
            w.complete(&held, 1).await.ok();
        };
        let (next, ()) = join(claim, look).await;
        assert_eq!(next.len(), 1);
    });
}

#[test]
fn an_agent_at_its_capacity_does_not_keep_others_from_the_tasks() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit(task()).await;
        w.claim_one("a").await;
        let full = w.claim_with(json!({"agent": "a", "wait_ms": 2_000}));
        let other = async {
            assert!(w.claim("a").await.is_empty());
            w.submit(task()).await;
            w.claim_one("b").await
        };
        let (nothing, _) = join(full, other).await;
        assert!(nothing.is_empty());
    });
}

#[test]
fn a_claim_asked_again_under_its_id_is_answered_at_the_capacity_too() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({})).await;
        w.submit_many((0..2).map(|_| task())).await;
        let claim = json!({"agent": "a", "claim_id": "c"});
        let held = w.claim_with(claim.clone()).await;
        assert_eq!(w.claim_with(claim).await, held);
    });
}

#[test]
fn whoever_has_waited_for_room_may_hold_as_much_as_before() {
    in_a_swarm(async |w| {
        register(&w, "a", json!({"capacity": 2})).await;
        w.submit_many((0..8).map(|_| task())).await;
        for capacity in [3, 2, 3] {
            let held = w.claim_with(json!({"agent": "a", "max_tasks": 5})).await;
            assert!(w.claim("a").await.is_empty());
            for held in &held {
                w.release(held).await.ok();
            }
            change(&w, "a", json!({ "capacity": capacity })).await;
            let held = w.claim_with(json!({"agent": "a", "max_tasks": 5})).await;
            assert_eq!(held.len(), capacity);
            assert!(w.claim("a").await.is_empty());
            for held in &held {
                w.release(held).await.ok();
            }
        }
    });
}
