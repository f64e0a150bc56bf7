use serde_json::json;
use std::time::{Duration, Instant};
use waggle_tests::{in_a_swarm, until_quick};

use super::support::{in_q, limits, take, waiting};

/// What a rate of these tests makes claims wait.
const WAIT: Duration = Duration::from_millis(400);
/// That, and less than what is missing to the second after which a claim looks by itself.
const AT_ONCE: Duration = Duration::from_millis(800);

#[test]
fn a_queue_hands_out_no_more_than_its_rate() {
    in_a_swarm(async |w| {
        limits(&w, json!({"rate": {"limit": 3, "per_ms": 60_000}})).await;
        w.submit_many((0..5).map(in_q)).await;
        assert_eq!(take(&w, 9).await.len(), 3);
        assert_eq!(take(&w, 9).await.len(), 0);
        limits(&w, json!({})).await;
        assert_eq!(take(&w, 9).await.len(), 2, "without a rate all go");
    });
}

#[test]
fn a_claim_that_waits_gets_its_task_when_the_rate_lets_it_go_and_not_later() {
    in_a_swarm(async |w| {
        limits(&w, json!({"rate": {"limit": 1, "per_ms": 400}})).await;
        w.submit_many((0..30).map(in_q)).await;
        let (begun, mut rounds) = (Instant::now(), 0);
        // A look once a second is too late, twice in a row at least.
        until_quick(3, AT_ONCE, async |n| {
            let since = Instant::now();
            let answer = waiting(&w, &format!("a{n}")).await.await.unwrap();
            assert_eq!(answer["tasks"].as_array().unwrap().len(), 1);
            rounds = n;
            since.elapsed()
        })
        .await;
        let took = begun.elapsed();
        assert!(took >= WAIT * u32::try_from(rounds).unwrap(), "{rounds} waits of 400 ms took {took:?}");
    });
}

#[test]
fn a_new_rate_begins_anew_and_the_same_one_does_not() {
    in_a_swarm(async |w| {
        limits(&w, json!({"rate": {"limit": 1, "per_ms": 86_400_000}})).await;
        w.submit_many((0..4).map(in_q)).await;
        assert_eq!(take(&w, 9).await.len(), 1);
        limits(&w, json!({"rate": {"limit": 1, "per_ms": 86_400_000}})).await;
        assert_eq!(take(&w, 9).await.len(), 0);
        limits(&w, json!({"rate": {"limit": 100, "per_ms": 1_000}})).await;
        assert_eq!(take(&w, 9).await.len(), 3);
    });
}

#[test]
fn a_rate_is_kept_in_time_for_who_asks_other_queues_beside() {
    in_a_swarm(async |w| {
        limits(&w, json!({"rate": {"limit": 1, "per_ms": 400}})).await;
        w.submit(in_q(0).queue("other").requires(json!(["gpu"]))).await;
        w.submit_many((0..30).map(in_q)).await;
        let (begun, mut rounds) = (Instant::now(), 0);
        until_quick(3, AT_ONCE, async |n| {
            let since = Instant::now();
            let claim = json!({"agent": format!("a{n}"), "queues": ["other", "q"], "wait_ms": 20_000});
            assert_eq!(w.claim_with(claim).await.len(), 1);
            rounds = n;
            since.elapsed()
        })
        .await;
        let took = begun.elapsed();
        assert!(took >= WAIT * u32::try_from(rounds).unwrap(), "{rounds} waits of 400 ms took {took:?}");
    });
}
