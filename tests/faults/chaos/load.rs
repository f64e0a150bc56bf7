//! The load: submitters, agents that follow a script, readers of messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all, join3};
use serde_json::{Value, json};
use waggle_tests::history::{Answered, Client, Ended, Finding, History, Verdict, Witness};
use waggle_tests::{Act, Agent, World, task};

use super::stage::Stage;
use crate::support::{LEASE_MS, RETENTION_MS};

const SCRIPT: [Act; 9] = [
    Act::Complete,
    Act::Late,
    Act::Release,
    Act::Complete,
    Act::Heartbeat,
    Act::Abandon,
    Act::Complete,
    Act::Fail,
    Act::CompleteTwice,
];
const AGENTS: usize = 16;
const SUBMITTERS: usize = 3;
const READERS: usize = 2;
const AGAIN: Duration = Duration::from_millis(20);
/// Between two submits of one submitter.
const PACE: Duration = Duration::from_millis(25);
/// How long what is left may need once the faults are gone.
pub(super) const DRAIN: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Looks at events that go together.
const AT_ONCE: usize = 16;

/// What a load came to.
pub(super) struct Judged {
    pub(super) operations: usize,
    pub(super) findings: Vec<Finding>,
    /// Keeps the history should the test not end well.
    pub(super) _witness: Witness,
}

/// Loads the swarm while the nemesis is at work, then drains it, and judges.
pub(super) async fn run(
    stage: &Stage,
    w: &World,
    nemesis: impl Future<Output = ()>,
    drain: Duration,
) -> Judged {
    let history = History::by(stage.shim.clock());
    let witness = Witness::new(w.swarm(), &history, &stage.servers);
    let (over, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let worlds = stage.worlds(w);
    for n in 0..READERS {
        let path = format!("/agents/reader{n}");
        w.put(&path).json(json!({"ttl_ms": 600_000})).send().await;
    }
    let agents = join_all((0..AGENTS).map(|n| {
        let mut script = SCRIPT;
        script.rotate_left(2 * n % SCRIPT.len());
        let agent = Agent::new(format!("agent{n}"), &history).script(&script).lease_ms(LEASE_MS).until(&stop);
        agent.work(worlds[n % 2].clone())
    }));
    let submitters = join_all((0..SUBMITTERS).map(|n| submit(&worlds[n % 2], &history, n, &over)));
    let readers = join_all((0..READERS).map(|n| read(&worlds[n % 2], &history, n, &stop)));
    let end = async {
        let nemesis = async {
            nemesis.await;
            over.store(true, Ordering::Relaxed);
        };
        join(nemesis, submitters).await;
        let deadline = Instant::now() + drain;
        while Instant::now() < deadline && !is_drained(w).await {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        stop.store(true, Ordering::Relaxed);
    };
    join3(agents, readers, end).await;
    let mut there = with_trails(w, w.pages("limit=500").await).await;
    history.unset_all(&mut there);
    let events = history.events();
    let findings = Verdict::over(&events, &there).findings().to_vec();
    witness.saw(&there, &findings);
    Judged { operations: events.len(), findings, _witness: witness }
}

/// Each task with its own events; one with more of them than a page has is not judged by them.
async fn with_trails(w: &World, mut there: Vec<Value>) -> Vec<Value> {
    for some in there.chunks_mut(AT_ONCE) {
        let looks = some
            .iter()
            .map(|task| w.get(&format!("/tasks/{}/events?limit=500", task["id"].as_str().unwrap())).send());
        for (page, task) in join_all(looks).await.into_iter().zip(some) {
            if page.status == 200 && page.body["next_cursor"].is_null() {
                task["trail"] = page.body["items"].clone();
            }
        }
    }
    there
}

async fn submit(w: &World, history: &History, number: usize, over: &AtomicBool) {
    let mut client = Client::new(history, w, &format!("s{number}"));
    let mut n = 0;
    while !over.load(Ordering::Relaxed) {
        let (marker, to) = (format!("s{number}/{n}"), format!("reader{}", n % READERS));
        let new = || task().max_attempts(50).lease_ms(LEASE_MS).with("retention_ms", RETENTION_MS);
        // Every third one is asked for again, as by a client that did not hear the answer.
        for _ in 0..1 + usize::from(n % 3 == 0) {
            while !matches!(client.submit(&marker, new()).await, Ended::Ok(_)) {
                tokio::time::sleep(AGAIN).await;
            }
        }
        while client.send(&marker, &to).await != Answered::Ok {
            tokio::time::sleep(AGAIN).await;
        }
        n += 1;
        tokio::time::sleep(PACE).await;
    }
}

/// Reads and acknowledges what was read.
async fn read(w: &World, history: &History, number: usize, stop: &AtomicBool) {
    let name = format!("reader{number}");
    let mut client = Client::new(history, w, &name);
    let mut after = 0;
    // Once more after the end: what was sent last is read, too.
    let mut last = false;
    while !last {
        last = stop.load(Ordering::Relaxed);
        if let Some(next) = client.receive(after).await {
            after = next;
            let ack = w.post(&format!("/agents/{name}/inbox/ack")).json(json!({"up_to": after}));
            let _ = ack.try_send().await;
        }
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

async fn is_drained(w: &World) -> bool {
    let Ok(stats) = w.get("/stats").try_send().await else { return false };
    let unfinished = ["blocked", "scheduled", "ready", "running", "input_required"];
    stats.status == 200 && unfinished.iter().all(|status| stats.body["tasks"][*status] == 0)
}
