use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use serde_json::json;
use waggle_tests::{ON_TIME, World, in_a_swarm, lateness, over_a_round, task, until_quick};

use super::support::{until_agents_are_there, waiting};

/// Claims that wait in each swarm.
const CLAIMS: usize = 5;

#[test]
fn a_swarm_that_is_resumed_hands_out_again() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        w.post("/pause").send().await.ok();
        assert!(w.claim("a").await.is_empty());
        assert_eq!(w.post("/resume").send().await.ok()["paused"], false);
        assert_eq!(w.post("/resume").send().await.ok()["paused"], false, "resuming again changes nothing");
        assert_eq!(w.claim("a").await.len(), 1);
    });
}

#[test]
fn all_claims_that_wait_through_a_pause_are_served_at_once_when_it_ends() {
    in_a_swarm(async |w| {
        until_quick(1, ON_TIME, async |round| {
            let pauses = over_a_round().map(|ms| late_after_a_pause(&w, round, ms.unsigned_abs()));
            lateness(join_all(pauses).await)
        })
        .await;
    });
}

/// Claims wait in a swarm of their own, which is resumed when all have waited for so long; how late the last is served.
async fn late_after_a_pause(w: &World, round: usize, ms: u64) -> Duration {
    let swarm = w.beside(&format!("{}-{round}-{ms}", w.swarm()));
    swarm.put("").send().await.expect(201);
    swarm.post("/pause").send().await.ok();
    swarm.submit_many((0..CLAIMS).map(|n| task().payload(n))).await;
    let claims = join_all((0..CLAIMS).map(|n| swarm.claim_with(waiting(&format!("a{n}")))));
    let claims = claims.map(|held| (held, Instant::now()));
    let resume = async {
        until_agents_are_there(&swarm, CLAIMS).await;
        tokio::time::sleep(Duration::from_millis(ms)).await;
        swarm.post("/resume").send().await.ok();
        Instant::now()
    };
    let ((held, served), resumed) = join(claims, resume).await;
    assert!(held.iter().all(|held| held.len() == 1));
    swarm.delete("").send().await.expect(202);
    served.saturating_duration_since(resumed)
}

#[test]
fn a_pause_and_its_end_are_events() {
    in_a_swarm(async |w| {
        for verb in ["pause", "pause", "resume", "resume", "pause"] {
            w.post(&format!("/{verb}")).send().await.ok();
        }
        w.client().put(&w.path("")).json(json!({"objective": "o"})).send().await.ok();
        w.client().put(&w.path("")).json(json!({"objective": "o"})).send().await.ok();
        w.client().put(&w.path("")).json(json!({"objective": "o", "events": false})).send().await.ok();
        w.post("/resume").send().await.ok();
        let stream: Vec<String> = w
            .service()
            .redis::<redis::Value>(&format!("XRANGE wg:{{{}}}:events - +", w.swarm()))
            .iter()
            .map(|value| format!("{value:?}"))
            .collect();
        let stream = stream.concat();
        let count = |kind: &str| stream.matches(kind).count();
        assert_eq!(
            (count("swarm.paused"), count("swarm.resumed"), count("swarm.changed")),
            (2, 1, 2),
            "each change once, and none after events were turned off: {stream}"
        );
    });
}
