use serde_json::Value;
use waggle_tests::{PATIENCE, Service, Setup, alerting, in_a_swarm_of, task, until};

use crate::events::support::{Block, Feed};

/// Readers that a server has at most.
const READERS: usize = 100;

fn service() -> std::sync::Arc<Service> {
    Service::start(alerting(Setup::private()).set("WAGGLE_SERVER__SSE_HEARTBEAT_MS", "1000"))
}

fn sample(block: Block) -> Value {
    assert_eq!(block.event.as_deref(), Some("sample"));
    block.data.unwrap()
}

#[test]
fn every_refresh_is_told_to_whoever_follows() {
    in_a_swarm_of(&service(), async |w| {
        let mut feeds = [Feed::of(&w, "/perf/stream").await, Feed::of(&w, "/perf/stream").await];
        assert_eq!(feeds[0].headers()["content-type"], "text/event-stream");
        assert_eq!(feeds[0].headers()["cache-control"], "no-store");
        assert!(feeds[0].block().await.unwrap().has_comment, "it says at once that it is there");
        w.submit_many((0..3).map(|n| task().payload(n))).await;
        for feed in &mut feeds {
            let first = sample(feed.next().await.unwrap());
            let second = sample(feed.next().await.unwrap());
            assert!(first["at"].as_str().unwrap() < second["at"].as_str().unwrap());
            while sample(feed.next().await.unwrap())["tasks"]["ready"] != 3 {}
        }
    });
}

#[test]
fn a_reader_is_told_that_the_connection_is_alive_while_there_is_nothing_else() {
    let setup = Setup::private().set("WAGGLE_PERF__REFRESH_MS", "60000");
    in_a_swarm_of(&Service::start(setup.set("WAGGLE_SERVER__SSE_HEARTBEAT_MS", "1000")), async |w| {
        let mut feed = Feed::of(&w, "/perf/stream").await;
        for _ in 0..2 {
            assert!(feed.block().await.unwrap().has_comment);
        }
    });
}

#[test]
fn there_are_no_more_readers_than_a_server_can_bear_and_who_leaves_makes_room() {
    in_a_swarm_of(&service(), async |w| {
        let mut feeds = Vec::new();
        for _ in 0..READERS {
            feeds.push(Feed::of(&w, "/perf/stream").await);
        }
        let refused = w.client().get("/perf/stream").send().await;
        assert!(!refused.header("retry-after").is_empty());
        refused.problem(503, "too_many_waiting");
        drop(feeds);
        let http = waggle_tests::http_client(None).build().unwrap();
        until("there is room again", PATIENCE, async || {
            let answer = http.get(format!("{}/perf/stream", w.client().base())).send().await.unwrap();
            answer.status() == 200
        })
        .await;
    });
}

#[test]
fn the_stream_ends_when_the_service_stops() {
    let service = service();
    in_a_swarm_of(&service, async |w| {
        let feed = Feed::of(&w, "/perf/stream").await;
        let start = std::time::Instant::now();
        service.terminate();
        feed.rest().await;
        assert!(service.ended().success());
        assert!(start.elapsed() < PATIENCE / 2, "{:?}", start.elapsed());
        service.restart();
    });
}
