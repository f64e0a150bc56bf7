use serde_json::json;
use std::time::Instant;
use waggle_tests::in_a_swarm;

use super::support::{in_q, limits, take, waiting};

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
        w.submit_many((0..3).map(in_q)).await;
        let begun = Instant::now();
        for n in 0..3 {
            let answer = waiting(&w, &format!("a{n}")).await.await.unwrap();
            assert_eq!(answer["tasks"].as_array().unwrap().len(), 1);
        }
        let took = begun.elapsed().as_millis();
        assert!(
            (800..1_800).contains(&took),
            "two waits of 400 ms took {took} ms: a look once a second is too late"
        );
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
        limits(&w, json!({"rate": {"limit": 1, "per_ms": 300}})).await;
        w.submit(in_q(0).queue("other").requires(json!(["gpu"]))).await;
        w.submit_many((0..4).map(in_q)).await;
        let begun = Instant::now();
        for n in 0..4 {
            let claim = json!({"agent": format!("a{n}"), "queues": ["other", "q"], "wait_ms": 20_000});
            assert_eq!(w.claim_with(claim).await.len(), 1);
        }
        let took = begun.elapsed().as_millis();
        assert!((900..2_400).contains(&took), "three waits of 300 ms took {took} ms");
    });
}
