use std::time::{Duration, Instant};

use reqwest::Method;
use waggle_tests::{PATIENCE, in_a_swarm, on_a_service, task, until, until_quick};

use super::support::Feed;
use crate::tasks::support::a_moment;

#[test]
fn streams_end_in_order_when_the_service_stops() {
    on_a_service(async |w| {
        let mut feeds = Vec::new();
        for _ in 0..20 {
            feeds.push(Feed::open(&w, "?kind=task.submitted").await);
        }
        w.submit(task()).await;
        let last = feeds[0].event().await["id"].as_str().unwrap().to_owned();
        let stopping = Instant::now();
        w.service().terminate();
        for feed in feeds {
            feed.rest().await;
        }
        let service = w.service().clone();
        let status = tokio::task::spawn_blocking(move || service.ended()).await.unwrap();
        assert_eq!(status.code(), Some(0), "{status}");
        assert!(stopping.elapsed() < Duration::from_secs(15), "{:?}", stopping.elapsed());
        w.service().restart();
        let id = w.submit_id(task()).await;
        let event = Feed::behind(&w, "?kind=task.submitted", &last).await.event().await;
        assert_eq!(event["task"], id.as_str(), "a reader resumes after the restart");
    });
}

#[test]
fn the_stream_of_a_swarm_that_is_deleted_ends() {
    in_a_swarm(async |w| {
        let swarm = format!("{}-gone", w.swarm());
        let path = format!("/v1/swarms/{swarm}");
        w.client().put(&path).send().await.expect(201);
        let other = w.beside(&swarm);
        let feed = Feed::open(&other, "").await;
        w.client().request(Method::DELETE, &path).send().await.expect(202);
        feed.rest().await;
        w.client().get(&format!("{path}/events")).send().await.problem(404, "swarm_not_found");
    });
}

#[test]
fn the_followers_of_a_swarm_that_was_made_anew_are_woken_as_those_of_any_other() {
    in_a_swarm(async |w| {
        let swarm = format!("{}-anew", w.swarm());
        let path = format!("/v1/swarms/{swarm}");
        w.client().put(&path).send().await.expect(201);
        let other = w.beside(&swarm);
        let feed = Feed::open(&other, "").await;
        w.client().request(Method::DELETE, &path).send().await.expect(202);
        feed.rest().await;
        until("the name is free", PATIENCE, async || w.client().put(&path).send().await.status == 201).await;
        let mut feed = Feed::open(&other, "?kind=task.submitted").await;
        // Whoever is not woken looks once a second, and once more right behind each event.
        until_quick(3, Duration::from_millis(700), async |_| {
            a_moment().await;
            let start = Instant::now();
            other.submit(task()).await;
            feed.event().await;
            start.elapsed()
        })
        .await;
        w.client().request(Method::DELETE, &path).send().await.expect(202);
    });
}

#[test]
fn a_stream_that_is_not_to_be_followed_ends_at_the_present() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..100).map(|n| task().payload(n))).await;
        let blocks = Feed::behind(&w, "?follow=false&kind=task.*", "0-0.0").await.rest().await;
        let told: Vec<_> = blocks.iter().map(|block| block.data.as_ref().unwrap()["task"].clone()).collect();
        assert_eq!(told, ids);
        let last = blocks[99].id.as_deref().unwrap();
        assert!(Feed::behind(&w, "?follow=false", last).await.rest().await.is_empty());
        assert!(Feed::open(&w, "?follow=false").await.rest().await.is_empty());
        w.get("/events?follow=maybe").send().await.problem(422, "validation");
    });
}
