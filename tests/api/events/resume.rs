use serde_json::Value;
use waggle_tests::{World, in_a_swarm, task};

use super::support::{Feed, ids};

/// Some events, several of them in one entry of the stream; all that there are since the swarm was made.
async fn some_events(w: &World) -> Vec<Value> {
    w.submit_many((0..40).map(|n| task().payload(n))).await;
    for _ in 0..3 {
        let held = w.claim_one("a1").await;
        w.complete(&held, 1).await.ok();
    }
    let last = w.submit_id(task().queue("last")).await;
    let mut feed = Feed::behind(w, "", "0-0.0").await;
    let mut events = Vec::new();
    while events.last().is_none_or(|event: &Value| event["task"] != last.as_str()) {
        events.push(feed.event().await);
    }
    events
}

#[test]
fn from_wherever_it_resumes_a_reader_misses_nothing_and_sees_nothing_twice() {
    in_a_swarm(async |w| {
        let events = some_events(&w).await;
        assert!(events.len() >= 47, "{}", events.len());
        assert!(ids(&events).iter().any(|id| id.ends_with(".15")), "several changes share an entry");
        for (at, event) in events.iter().enumerate().take(events.len() - 1) {
            let mut feed = Feed::behind(&w, "", event["id"].as_str().unwrap()).await;
            assert_eq!(feed.take(events.len() - at - 1).await, events[at + 1..], "behind {}", event["id"]);
        }
    });
}

#[test]
fn a_reader_that_comes_and_goes_sees_each_event_once() {
    in_a_swarm(async |w| {
        let (mut seen, mut last) = (Vec::new(), "0-0.0".to_owned());
        for round in 0..20 {
            w.submit_many((0..=round).map(|n| task().payload(n))).await;
            let mut feed = Feed::behind(&w, "?kind=task.submitted", &last).await;
            // It goes in the middle of what there is.
            for event in feed.take(round / 2 + 1).await {
                last = event["id"].as_str().unwrap().to_owned();
                seen.push(event);
            }
        }
        let mut feed = Feed::behind(&w, "?kind=task.submitted", &last).await;
        seen.extend(feed.take(210 - seen.len()).await);
        assert_eq!(seen.len(), 210);
        let all = Feed::behind(&w, "?kind=task.submitted", "0-0.0").await.take(210).await;
        assert_eq!(seen, all);
    });
}

#[test]
fn a_reader_that_was_cut_off_before_the_first_event_resumes_where_it_began() {
    in_a_swarm(async |w| {
        let start = Feed::open(&w, "").await.block().await.unwrap().id.unwrap();
        let id = w.submit_id(task()).await;
        assert_eq!(Feed::behind(&w, "", &start).await.event().await["task"], id.as_str());
        let by_query = Feed::open(&w, &format!("?last_event_id={start}")).await.event().await;
        assert_eq!(by_query["task"], id.as_str());
        let event = Feed::behind(&w, "?last_event_id=0-0.0", by_query["id"].as_str().unwrap());
        let other = w.submit_id(task()).await;
        assert_eq!(event.await.event().await["task"], other.as_str(), "the header beats the query");
    });
}

#[test]
fn a_position_beyond_the_end_is_the_end() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let mut feed = Feed::behind(&w, "", "18446744073709551615-18446744073709551615.15").await;
        let id = w.submit_id(task()).await;
        assert_eq!(feed.event().await["task"], id.as_str());
    });
}
