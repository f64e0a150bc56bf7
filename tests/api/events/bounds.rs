use serde_json::json;
use waggle_tests::{RedisServer, Service, Setup, World, in_a_swarm, in_a_swarm_of, task};

use super::support::Feed;

/// Entries of the stream that stand for as many calls, each with one change.
const CALLS: &str = "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], 'MAXLEN', '~', '10000', '*', 'e', \
                     '1700000000000\\nswarm.changed') end";

fn eval(redis: &RedisServer, script: &str, key: &str, argument: &str) {
    let _: redis::Value = redis.command(&["EVAL", script, "1", key, argument]).unwrap();
}

fn entries(redis: &RedisServer, w: &World) -> usize {
    redis.command(&["XLEN", &format!("wg:{{{}}}:events", w.swarm())]).unwrap()
}

/// A test that looks at the stream itself.
fn beside_redis(test: impl AsyncFnOnce(World, &RedisServer)) {
    let redis = RedisServer::start();
    in_a_swarm_of(&Service::start(Setup::redis(&redis)), async |w| test(w, &redis).await);
}

#[test]
fn the_history_stays_bounded_whatever_happens() {
    beside_redis(async |w, redis| {
        let key = format!("wg:{{{}}}:events", w.swarm());
        for _ in 0..30 {
            w.submit_many((0..1_000).map(|n| task().payload(n).queue("never"))).await;
        }
        let most = 30_000 / 16 + 100;
        assert!(entries(redis, &w) <= most, "changes of one call share entries: {}", entries(redis, &w));
        for _ in 0..3 {
            eval(redis, CALLS, &key, "10000");
            w.submit(task()).await;
            assert!(entries(redis, &w) <= 10_000 + 200, "{}", entries(redis, &w));
        }
    });
}

#[test]
fn a_reader_whose_position_was_dropped_is_told_so_and_the_stream_ends() {
    beside_redis(async |w, redis| {
        let id = w.submit_id(task()).await;
        let mut feed = Feed::behind(&w, "?kind=task.submitted", "0-0.0").await;
        let position = feed.event().await["id"].as_str().unwrap().to_owned();
        eval(redis, CALLS, &format!("wg:{{{}}}:events", w.swarm()), "12000");
        let late = Feed::behind(&w, "", &position).await.rest().await;
        assert_eq!(late.len(), 1, "{late:?}");
        assert_eq!(late[0].event.as_deref(), Some("gone"));
        assert_eq!(late[0].id.as_deref(), Some(""), "whoever reconnects begins anew");
        assert_eq!(late[0].data.as_ref().unwrap()["kind"], "gone");
        let kept = Feed::behind(&w, "", "0-0.0").await.event().await;
        assert_eq!(kept["kind"], "swarm.changed", "from the start is from the oldest that is kept");
        // One that had read to the end has lost nothing, or is told.
        let other = w.submit_id(task()).await;
        let next = feed.next().await.unwrap().data.unwrap();
        assert!(next["task"] == other.as_str() || next["kind"] == "gone", "{next}");
        let history = w.get(&format!("/tasks/{id}/events")).send().await.ok();
        assert_eq!(
            history,
            json!({"items": [], "next_cursor": null}),
            "the task is there, its history is not"
        );
    });
}

#[test]
fn a_swarm_whose_events_are_off_writes_none_and_cannot_be_followed() {
    in_a_swarm(async |w| {
        let turn = async |on: bool| {
            w.client().put(&w.path("")).json(json!({"events": on})).send().await.ok();
        };
        let mut feed = Feed::open(&w, "?kind=task.submitted").await;
        turn(false).await;
        let silent = w.submit_id(task()).await;
        let problem = w.get("/events").send().await.problem(409, "events_off");
        assert_eq!(problem["retryable"], false);
        let history = w.get(&format!("/tasks/{silent}/events")).send().await.ok();
        assert_eq!(history["items"], json!([]));
        let past = Feed::behind(&w, "?follow=false&kind=task.*", "0-0.0").await.rest().await;
        assert!(past.is_empty(), "what there is can be read: {past:?}");
        turn(true).await;
        let told = w.submit_id(task()).await;
        assert_eq!(feed.event().await["task"], told.as_str(), "a stream that was open goes on");
    });
}

#[test]
fn there_are_no_more_followers_than_a_server_may_have() {
    // One of its own: it is full for a while.
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        let mut feeds = Vec::new();
        while feeds.len() < 1_000 {
            feeds.push(Feed::open(&w, "").await);
        }
        let problem = w.get("/events").send().await.problem(503, "too_many_waiting");
        assert_eq!(problem["retryable"], true);
        let id = w.submit_id(task()).await;
        assert_eq!(feeds[999].until("task.submitted").await.last().unwrap()["task"], id.as_str());
    });
}

#[test]
fn an_entry_that_nobody_can_read_does_not_keep_anybody_from_the_next() {
    beside_redis(async |w, redis| {
        let broken = "redis.call('XADD', KEYS[1], '*', 'e', ARGV[1])";
        eval(redis, broken, &format!("wg:{{{}}}:events", w.swarm()), "not-an-entry");
        let id = w.submit_id(task()).await;
        let mut feed = Feed::behind(&w, "?kind=task.*", "0-0.0").await;
        assert_eq!(feed.event().await["task"], id.as_str());
    });
}
