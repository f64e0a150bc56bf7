//! Long polls of inboxes.

use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm, on_a_service, until_quick};

use super::support::{ack, read, register, send, subscribe, tell};
use crate::tasks::support::a_moment;

/// Far below the second after which a reader would look again by itself.
const AT_ONCE: Duration = Duration::from_millis(700);

/// Reads with a long wait beside `act`; the answer, and how long it came after the act.
async fn woken_by(w: &World, agent: &str, act: impl Future) -> (Value, Duration) {
    let wait = async {
        let page = read(w, agent, "wait_ms=30000").await;
        (page, Instant::now())
    };
    let act = async {
        a_moment().await;
        act.await;
        Instant::now()
    };
    let ((page, answered), acted) = join(wait, act).await;
    (page, answered.saturating_duration_since(acted))
}

#[test]
fn a_waiting_reader_gets_a_message_at_once_however_it_was_addressed() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        subscribe(&w, "a", "t").await;
        for to in [json!({"agent": "a"}), json!({"topic": "t"}), json!({"swarm": true})] {
            until_quick(1, AT_ONCE, async |_| {
                let (page, late) = woken_by(&w, "a", send(&w, "b", to.clone(), "now")).await;
                assert_eq!(page["messages"][0]["body"], "now", "{to}");
                let next = page["next"].clone();
                assert_eq!(ack(&w, "a", json!({"up_to": next})).await, 1);
                late
            })
            .await;
        }
    });
}

#[test]
fn a_message_that_is_there_already_is_answered_at_once() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        tell(&w, "b", "a", 1).await;
        let start = Instant::now();
        assert_eq!(read(&w, "a", "wait_ms=30000").await["next"], 1);
        assert!(start.elapsed() < Duration::from_secs(15));
    });
}

#[test]
fn a_reader_waits_for_what_comes_after_the_number_it_names() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        tell(&w, "b", "a", "old").await;
        let wait = read(&w, "a", "after=1&wait_ms=30000");
        let later = async {
            a_moment().await;
            tell(&w, "b", "a", "new").await;
        };
        let (page, ()) = join(wait, later).await;
        assert_eq!(page["messages"].as_array().unwrap().len(), 1);
        assert_eq!(page["messages"][0]["body"], "new");
    });
}

#[test]
fn a_reader_that_waits_in_vain_is_answered_with_nothing() {
    in_a_swarm(async |w| {
        register(&w, &["a", "b"]).await;
        let start = Instant::now();
        let (page, _) = join(read(&w, "a", "wait_ms=300"), async {
            a_moment().await;
            tell(&w, "x", "b", "for another").await;
        })
        .await;
        let waited = start.elapsed();
        assert_eq!(page, json!({"messages": [], "next": 0}));
        assert!(waited >= Duration::from_millis(290) && waited < Duration::from_secs(15), "{waited:?}");
    });
}

#[test]
fn all_who_wait_for_one_inbox_are_answered() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let waits = join_all((0..20).map(|_| read(&w, "a", "wait_ms=30000")));
        let (pages, _) = join(waits, async {
            a_moment().await;
            tell(&w, "b", "a", "for all").await
        })
        .await;
        assert!(pages.iter().all(|page| page["messages"][0]["body"] == "for all"));
    });
}

#[test]
fn prefer_wait_is_honoured_and_said_so() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        let start = Instant::now();
        let reply = w.get("/agents/a/inbox").header("prefer", "wait=1").send().await;
        assert_eq!(reply.header("preference-applied"), "wait=1");
        assert!(start.elapsed() >= Duration::from_millis(990));
        reply.ok();
    });
}

#[test]
fn a_service_that_stops_answers_those_who_wait() {
    on_a_service(async |w| {
        register(&w, &["a"]).await;
        let start = Instant::now();
        let stop = async {
            a_moment().await;
            w.service().terminate();
        };
        let (page, ()) = join(read(&w, "a", "wait_ms=30000"), stop).await;
        assert_eq!(page["messages"], json!([]));
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
        tokio::task::spawn_blocking(move || {
            w.service().ended();
            w.service().restart();
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_reader_whose_agent_is_deleted_learns_so_at_once() {
    in_a_swarm(async |w| {
        until_quick(1, AT_ONCE, async |_| {
            register(&w, &["a"]).await;
            let wait = async {
                let reply = w.get("/agents/a/inbox?wait_ms=30000").send().await;
                reply.problem(404, "agent_not_found");
                Instant::now()
            };
            let delete = async {
                a_moment().await;
                w.delete("/agents/a").send().await.expect(204);
                Instant::now()
            };
            let (answered, deleted) = join(wait, delete).await;
            answered.saturating_duration_since(deleted)
        })
        .await;
    });
}
