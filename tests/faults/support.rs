//! A load of submitters and agents that writes its history, and the end of such a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::Value;
use waggle_tests::history::{Client, Ended, History, Verdict, Witness};
use waggle_tests::{Act, Agent, PATIENCE, World, task, until};

/// How long the agents may need for what is left once the faults are gone.
pub(crate) const DRAIN: Duration = Duration::from_secs(40);
/// Leases of the load: short, so that what a fault leaves behind comes back within the test.
pub(crate) const LEASE_MS: u64 = 1_000;
/// Of tasks that are judged, in whatever hour of the clock that is.
pub(crate) const RETENTION_MS: u64 = 7 * 86_400_000;
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(100);
const SCRIPT: [Act; 11] = [
    Act::Complete,
    Act::Complete,
    Act::Heartbeat,
    Act::Complete,
    Act::Heartbeat,
    Act::Release,
    Act::CompleteTwice,
    Act::Complete,
    Act::Fail,
    Act::Complete,
    Act::Abandon,
];

/// Runs `submitters` with `tasks` each and `agents` beside `fault`; ends when everything has finished, and judges.
pub(crate) struct Load {
    pub(crate) submitters: usize,
    pub(crate) tasks: usize,
    pub(crate) agents: usize,
}

impl Load {
    /// Seen by each client through a world of its own.
    pub(crate) async fn run(&self, worlds: &[World], fault: impl Future<Output = ()>) -> History {
        let history = History::default();
        let witness = Witness::new(worlds[0].swarm(), &history, &[Arc::clone(worlds[0].service())]);
        let stop = Arc::new(AtomicBool::new(false));
        let world = |n: usize| worlds[n % worlds.len()].clone();
        let agents = join_all((0..self.agents).map(|n| {
            let agent =
                Agent::new(format!("agent{n}"), &history).script(&SCRIPT).lease_ms(LEASE_MS).until(&stop);
            agent.work(world(n))
        }));
        let submitters = join_all((0..self.submitters).map(|n| submit(world(n), &history, n, self.tasks)));
        let end = async {
            let (_, ()) = futures_util::future::join(submitters, fault).await;
            until_finished(&worlds[0], self.submitters * self.tasks).await;
            stop.store(true, Ordering::Relaxed);
        };
        futures_util::future::join(agents, end).await;
        let there = judge(&worlds[0], &history, &witness).await;
        assert_eq!(there.len(), self.submitters * self.tasks);
        history
    }
}

/// Submits under markers of its own, each until it is answered.
async fn submit(world: World, history: &History, number: usize, tasks: usize) {
    let mut client = Client::new(history, &world, &format!("submitter{number}"));
    for n in 0..tasks {
        // Attempts enough for every lease that a fault may end.
        let new = || task().max_attempts(50).priority(n % 10).lease_ms(LEASE_MS);
        until("a submit is answered", PATIENCE, async || {
            matches!(client.submit(&format!("m{number}/{n}"), new()).await, Ended::Ok(_))
        })
        .await;
    }
}

/// Counts what has finished, which nothing brings back: what has not may move from state to state between two looks.
async fn until_finished(world: &World, tasks: usize) {
    let deadline = Instant::now() + DRAIN;
    loop {
        let mut finished = 0;
        for status in ["completed", "failed", "cancelled"] {
            let page = world.get(&format!("/tasks?status={status}&limit=500")).try_send().await;
            finished += page.ok().and_then(|page| Some(page.body["items"].as_array()?.len())).unwrap_or(0);
        }
        if finished >= tasks {
            return;
        }
        assert!(Instant::now() < deadline, "{finished} of {tasks} tasks have finished within {DRAIN:?}");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Judges the history by what is there in the end, and returns that.
pub(crate) async fn judge(world: &World, history: &History, witness: &Witness) -> Vec<Value> {
    let mut there: Vec<Value> = world.pages("limit=500").await;
    history.unset_all(&mut there);
    let verdict = Verdict::over(&history.events(), &there);
    witness.saw(&there, verdict.findings());
    verdict.assert_holds();
    there
}
