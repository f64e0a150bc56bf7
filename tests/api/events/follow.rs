use std::time::{Duration, Instant};

use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, task};

use super::support::{Feed, told};
use crate::tasks::support::{fields, stamp};

/// The lease of a holder that is asked to stop while it lasts, and ends afterwards.
const TO_BE_CANCELLED_MS: i64 = 2_000;

/// What a task has gone through, as a follower of this one task sees it.
async fn history(w: &World, id: &str, last: &str) -> Vec<Value> {
    Feed::behind(w, &format!("?task={id}"), "0-0.0").await.until(last).await
}

#[track_caller]
fn assert_told(events: &[Value], expected: &[(&str, &str, u64, Option<&str>)]) {
    assert_eq!(events.iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn a_task_that_goes_well_is_submitted_claimed_and_completed() {
    in_a_swarm(async |w| {
        let mut feed = Feed::open(&w, "?kind=task.*").await;
        let id = w.submit_id(task().queue("q")).await;
        let held = w.claim_with(json!({"agent": "a1", "queues": ["q"]})).await.remove(0);
        w.complete(&held, 1).await.ok();
        let events = feed.take(3).await;
        assert_told(
            &events,
            &[
                ("task.submitted", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a1")),
                ("task.completed", "completed", 1, Some("a1")),
            ],
        );
        for event in &events {
            assert_eq!((&event["task"], &event["queue"]), (&json!(id), &json!("q")));
            assert!(stamp(&event["at"]) > 0);
        }
        assert_eq!(fields(&events[0]), ["at", "attempt", "id", "kind", "queue", "status", "task"]);
        assert_eq!(events[2]["at"], w.task(&id).await["finished_at"]);
    });
}

#[test]
fn failures_retries_and_the_promotion_between_them_are_told() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let first = w.claim_one("a1").await;
        w.fail_with(&first, json!({"retry_after_ms": 50})).await.ok();
        let second = w.claim_one("a2").await;
        w.fail_with(&second, json!({"retryable": false})).await.ok();
        w.retry(&id).await.ok();
        let third = w.claim_one("a3").await;
        w.complete(&third, 1).await.ok();
        assert_told(
            &history(&w, &id, "task.completed").await,
            &[
                ("task.submitted", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a1")),
                ("task.retried", "scheduled", 1, Some("a1")),
                ("task.ready", "ready", 1, None),
                ("task.claimed", "running", 2, Some("a2")),
                ("task.failed", "failed", 2, Some("a2")),
                ("task.retried", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a3")),
                ("task.completed", "completed", 1, Some("a3")),
            ],
        );
    });
}

#[test]
fn releases_are_told_with_and_without_a_delay() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().delay_ms(20)).await;
        let held = w.claim_one("a1").await;
        w.release(&held).await.ok();
        let held = w.claim_one("a2").await;
        w.on(&id, "release", json!({"lease": held.token, "delay_ms": 20})).await.ok();
        w.until_status(&id, "ready").await;
        w.cancel(&id).await.ok();
        assert_told(
            &history(&w, &id, "task.cancelled").await,
            &[
                ("task.submitted", "scheduled", 0, None),
                ("task.ready", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a1")),
                ("task.released", "ready", 1, Some("a1")),
                ("task.claimed", "running", 1, Some("a2")),
                ("task.released", "scheduled", 1, Some("a2")),
                ("task.ready", "ready", 0, None),
                ("task.cancelled", "cancelled", 0, None),
            ],
        );
    });
}

#[test]
fn the_end_of_a_lease_is_told_with_where_the_task_stands_since() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().lease_ms(TO_BE_CANCELLED_MS).max_attempts(2)).await;
        w.claim_briefly("a1").await;
        w.claim_briefly("a2").await;
        w.until_status(&id, "failed").await;
        w.retry(&id).await.ok();
        w.claim_one("a3").await;
        w.cancel(&id).await.ok();
        w.until_status(&id, "cancelled").await;
        let mut feed = Feed::behind(&w, &format!("?task={id}"), "0-0.0").await;
        assert_told(
            &feed.take(9).await,
            &[
                ("task.submitted", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a1")),
                ("task.expired", "ready", 1, Some("a1")),
                ("task.claimed", "running", 2, Some("a2")),
                ("task.expired", "failed", 2, Some("a2")),
                ("task.retried", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a3")),
                ("task.cancel_requested", "running", 1, Some("a3")),
                ("task.expired", "cancelled", 1, Some("a3")),
            ],
        );
    });
}

#[test]
fn a_cancellation_that_was_asked_for_is_told_once_and_so_is_its_end() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task()).await;
        let held = w.claim_one("a1").await;
        w.cancel(&id).await.ok();
        w.cancel(&id).await.ok();
        w.release(&held).await.ok();
        w.cancel(&id).await.ok();
        assert_told(
            &history(&w, &id, "task.cancelled").await,
            &[
                ("task.submitted", "ready", 0, None),
                ("task.claimed", "running", 1, Some("a1")),
                ("task.cancel_requested", "running", 1, Some("a1")),
                ("task.cancelled", "cancelled", 1, Some("a1")),
            ],
        );
        let mut feed = Feed::behind(&w, "", "0-0.0").await;
        let other = w.submit_id(task()).await;
        let all = feed.until("task.cancelled").await;
        assert_eq!(feed.event().await["task"], other.as_str(), "{all:?}");
    });
}

#[test]
fn what_is_refused_or_said_again_changes_nothing_and_is_not_told() {
    in_a_swarm(async |w| {
        let id = w.submit_id(task().dedup_key("d")).await;
        w.post("/tasks").json(task().dedup_key("d")).send().await.expect(200);
        let held = w.claim_one("a1").await;
        w.complete(&held, 1).await.ok();
        w.complete(&held, 1).await.ok();
        w.fail(&held).await.problem(409, "lease_lost");
        w.cancel(&id).await.problem(409, "already_finished");
        let last = w.submit_id(task()).await;
        let mut feed = Feed::behind(&w, "?kind=task.*", "0-0.0").await;
        let events = feed.take(4).await;
        let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["task.submitted", "task.claimed", "task.completed", "task.submitted"]);
        assert_eq!(events[3]["task"], last.as_str());
    });
}

#[test]
fn the_stream_is_one_of_server_sent_events_that_nobody_keeps() {
    in_a_swarm(async |w| {
        let mut feed = Feed::open(&w, "").await;
        assert_eq!(feed.headers()["content-type"], "text/event-stream");
        assert_eq!(feed.headers()["cache-control"], "no-store");
        let first = feed.block().await.unwrap();
        assert!(first.has_comment && first.data.is_none() && first.id.is_some(), "{first:?}");
    });
}

#[test]
fn several_followers_see_the_same_as_it_happens() {
    in_a_swarm(async |w| {
        let mut feeds = Vec::new();
        for _ in 0..5 {
            feeds.push(Feed::open(&w, "?kind=task.submitted").await);
        }
        let start = Instant::now();
        for round in 0..10 {
            let id = w.submit_id(task().payload(round)).await;
            for feed in &mut feeds {
                assert_eq!(feed.event().await["task"], id.as_str());
            }
        }
        // Looking once a second would take twice as long: they are woken.
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    });
}

#[test]
fn what_cannot_be_followed_is_refused_with_its_code() {
    in_a_swarm(async |w| {
        w.client().get("/v1/swarms/nobody-made-this/events").send().await.problem(404, "swarm_not_found");
        for id in ["x", "1", "1-1", "-1-1.0", "1-1.99", "$", "1-18446744073709551616.0"] {
            let problem =
                w.get("/events").header("last-event-id", id).send().await.problem(422, "validation");
            assert_eq!(problem["errors"][0]["pointer"], "/Last-Event-ID", "{id}");
            w.get(&format!("/events?last_event_id={id}")).send().await.problem(422, "validation");
        }
        for query in ["kind=task", "kind=task.clamed", "kind=", "task=x", "agent=a/b", "topic=t"] {
            let problem = w.get(&format!("/events?{query}")).send().await.problem(422, "validation");
            let name = query.split('=').next().unwrap();
            assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"), "{query}");
        }
    });
}
