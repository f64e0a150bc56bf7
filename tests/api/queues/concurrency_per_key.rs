use serde_json::{Value, json};
use waggle_tests::{Held, Task, World, in_a_swarm};

use crate::tasks::support::in_ms;

use super::support::{assert_freed_at_once, in_q, limits, payloads, take, waiting};

fn of(key: &str, payload: impl Into<Value>) -> Task {
    in_q(payload).with("concurrency_key", key)
}

#[test]
fn of_each_key_no_more_run_at_once_than_the_queue_allows_and_others_pass_by() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        w.submit_many((0..5).map(|n| of("x", n))).await;
        w.submit(of("y", "y")).await;
        w.submit(in_q("free")).await;
        let held = take(&w, 9).await;
        assert_eq!(payloads(&held), [json!(0), json!("y"), json!("free")]);
        w.complete(&held[0], 1).await.ok();
        assert_eq!(payloads(&take(&w, 9).await), [json!(1)], "in their order");
    });
}

#[test]
fn of_those_who_wait_for_a_slot_the_highest_priority_comes_first() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        w.submit(of("x", "first")).await;
        let held = take(&w, 9).await;
        w.submit_many(
            [(5, "b"), (9, "a"), (0, "c")].map(|(priority, name)| of("x", name).priority(priority)),
        )
        .await;
        assert!(take(&w, 9).await.is_empty());
        w.complete(&held[0], 1).await.ok();
        let held = take(&w, 9).await;
        assert_eq!(payloads(&held), ["a"]);
        w.complete(&held[0], 1).await.ok();
        assert_eq!(payloads(&take(&w, 9).await), ["b"]);
    });
}

/// Hatchet #4494: slots of a key that were not given back when a worker died.
#[test]
fn a_slot_ends_with_its_lease_however_that_ends_and_wakes_who_waits() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        w.submit_many((0..6).map(|n| of("x", n).max_attempts(2))).await;
        let mut held = take(&w, 1).await.remove(0);
        for end in ["complete", "fail", "release", "cancel", "expire"] {
            let claim = waiting(&w, &format!("before-{end}")).await;
            match end {
                "complete" => drop(w.complete(&held, 1).await.ok()),
                "fail" => drop(w.fail(&held).await.ok()),
                "release" => drop(w.release(&held).await.ok()),
                "cancel" => {
                    w.cancel(&held.id).await.ok();
                    w.release(&held).await.ok();
                }
                _ => drop(w.heartbeat(&held, json!({"extend_ms": 100})).await.ok()),
            }
            held = Held::all(&claim.await.unwrap()).remove(0);
        }
        w.delete("/agents/before-expire").send().await.expect(204);
        assert_eq!(take(&w, 9).await.len(), 1, "an agent that is deleted gives its slot back");
    });
}

/// Hatchet #4494 as well.
#[test]
fn a_slot_of_a_key_is_free_at_once_however_a_lease_is_ended() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        assert_freed_at_once(&w, |n| of("x", n)).await;
    });
}

#[test]
fn a_task_that_waits_for_a_slot_can_be_cancelled() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        let ids = w.submit_many((0..3).map(|n| of("x", n))).await;
        let held = take(&w, 9).await;
        assert_eq!(w.cancel(&ids[1]).await.ok()["status"], "cancelled");
        w.complete(&held[0], 1).await.ok();
        assert_eq!(payloads(&take(&w, 9).await), [2]);
    });
}

#[test]
fn one_that_was_let_in_and_never_runs_does_not_keep_the_others() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        let deadline = async |w: &World| w.submit_id(of("x", "late").with("deadline", in_ms(w, 1_500))).await;
        for end in ["cancel", "delete", "deadline", "unable"] {
            let first = w.submit_id(of("x", "first")).await;
            let held = take(&w, 1).await.remove(0);
            assert_eq!(held.id, first);
            let second = match end {
                "deadline" => deadline(&w).await,
                "unable" => w.submit_id(of("x", "unable").requires(json!(["nobody-has-it"]))).await,
                _ => w.submit_id(of("x", "second")).await,
            };
            let third = w.submit_id(of("x", "third")).await;
            assert!(take(&w, 9).await.is_empty());
            w.complete(&held, 1).await.ok();
            match end {
                "cancel" => drop(w.cancel(&second).await.ok()),
                "delete" => {
                    let delete =
                        json!({"action": "delete", "filter": {"queue": "q", "status": "ready"}, "limit": 1});
                    w.post("/tasks/actions").json(delete).send().await.ok();
                }
                _ => {}
            }
            let claim = json!({"agent": "patient", "queues": ["q"], "wait_ms": 20_000});
            let held = w.claim_with(claim).await;
            assert_eq!(held.len(), 1, "after {end}");
            w.complete(&held[0], 1).await.ok();
            for id in [second, third] {
                w.cancel(&id).await;
            }
        }
    });
}

#[test]
fn a_limit_that_is_raised_or_taken_away_lets_those_who_wait_go_on() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        w.submit_many((0..6).map(|n| of("x", n))).await;
        assert_eq!(take(&w, 9).await.len(), 1);
        limits(&w, json!({"concurrency_per_key": 3})).await;
        assert_eq!(payloads(&take(&w, 9).await), [1, 2]);
        limits(&w, json!({})).await;
        assert_eq!(payloads(&take(&w, 9).await), [3, 4, 5]);
    });
}

#[test]
fn a_key_may_be_any_text() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency_per_key": 1})).await;
        let key = "user/ü~@{}: \n 7";
        w.submit_many((0..2).map(|n| of(key, n))).await;
        let held = take(&w, 9).await;
        assert_eq!((held.len(), &held[0].task["concurrency_key"]), (1, &json!(key)));
    });
}
