use serde_json::json;
use waggle_tests::in_a_swarm;

use super::support::{assert_freed_at_once, in_q, limits, take, waiting};

#[test]
fn no_more_tasks_run_at_once_than_the_queue_allows() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency": 2})).await;
        w.submit_many((0..5).map(in_q)).await;
        let held = take(&w, 9).await;
        assert_eq!(held.len(), 2);
        assert_eq!(take(&w, 9).await.len(), 0);
        w.complete(&held[0], 1).await.ok();
        assert_eq!(take(&w, 9).await.len(), 1);
    });
}

#[test]
fn every_way_in_which_a_lease_ends_frees_its_slot_and_wakes_who_waits() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency": 1})).await;
        w.submit_many((0..8).map(|n| in_q(n).max_attempts(1))).await;
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
                // The agent goes on for a moment, and says nothing any more.
                _ => drop(w.heartbeat(&held, json!({"extend_ms": 100})).await.ok()),
            }
            let answer = claim.await.unwrap();
            held = waggle_tests::Held::all(&answer).remove(0);
        }
        w.delete("/agents/before-expire").send().await.expect(204);
        assert_eq!(take(&w, 9).await.len(), 1, "an agent that is deleted gives its slot back");
    });
}

#[test]
fn a_slot_is_free_at_once_however_a_lease_is_ended() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency": 1})).await;
        assert_freed_at_once(&w, in_q).await;
    });
}

#[test]
fn a_higher_limit_lets_those_who_wait_go_on() {
    in_a_swarm(async |w| {
        limits(&w, json!({"concurrency": 1})).await;
        w.submit_many((0..3).map(in_q)).await;
        take(&w, 1).await;
        let claim = waiting(&w, "b").await;
        limits(&w, json!({"concurrency": 2})).await;
        assert_eq!(claim.await.unwrap()["tasks"].as_array().unwrap().len(), 1);
    });
}
