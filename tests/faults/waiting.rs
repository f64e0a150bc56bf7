//! Many agents wait for few tasks.

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, join_all};
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use serde_json::json;
use waggle_tests::{PATIENCE, World, metric, on_a_service, task, until};

const POLLS: usize = 1_000;

/// Calls of functions that Redis has executed, over all primaries.
fn calls(w: &World) -> u64 {
    let infos: Vec<String> = w.service().redis("INFO commandstats");
    let count = |info: &String| -> u64 {
        let lines = info.lines().filter(|line| line.starts_with("cmdstat_fcall"));
        lines.filter_map(|line| line.split("calls=").nth(1)?.split(',').next()?.parse::<u64>().ok()).sum()
    };
    infos.iter().map(count).sum()
}

fn clients(w: &World) -> usize {
    let lists: Vec<String> = w.service().redis("CLIENT LIST");
    lists.iter().map(|list| list.lines().count()).sum()
}

async fn until_all_wait(w: &World) {
    until("all of them wait", PATIENCE, async || {
        metric(w.client(), "waggle_long_polls{kind=\"claim\"}").await == Some(POLLS.to_string())
    })
    .await;
}

/// Calls beyond what so much time may cost: the fallback poll and the sweeps of the maintenance, for this swarm and
/// `default`; not one each agent.
fn too_many(calls: u64, during: Duration) -> bool {
    calls as f64 > 60.0 * (during.as_secs_f64() + 1.0)
}

/// Fault: crowd-waits
#[test]
fn a_thousand_waiting_agents_and_n_tasks_make_exactly_n_happy() {
    on_a_service(async |w| {
        const TASKS: usize = 30;
        let mut polls: FuturesUnordered<_> =
            (0..POLLS).map(|n| w.claim_with(json!({"agent": format!("a{n}"), "wait_ms": 60_000}))).collect();
        let submit = async {
            until_all_wait(&w).await;
            let (before, connections, since) = (calls(&w), clients(&w), Instant::now());
            tokio::time::sleep(Duration::from_millis(1_000)).await;
            let idle = calls(&w) - before;
            assert!(
                !too_many(idle, since.elapsed()),
                "{idle} calls in {:?}, with nothing to do",
                since.elapsed()
            );
            assert!(connections < 40, "{connections} connections to Redis");
            let (before, since) = (calls(&w), Instant::now());
            w.submit_many((0..TASKS).map(|n| task().payload(n))).await;
            (before, since)
        };
        let woken = async {
            let first: Vec<_> = polls.by_ref().take(TASKS).collect().await;
            (first, Instant::now())
        };
        let ((woken, at), (before, since)) = futures_util::future::join(woken, submit).await;
        assert!(woken.iter().all(|held| held.len() == 1));
        let slowest = at.saturating_duration_since(since);
        assert!(slowest < Duration::from_secs(10), "{slowest:?}");
        let another = tokio::time::timeout(Duration::from_secs(2), polls.next()).await;
        assert!(another.is_err(), "the others wait on: {another:?}");
        let spent = calls(&w) - before;
        assert!(
            !too_many(spent, since.elapsed()),
            "{spent} calls for {TASKS} tasks and {:?} of wait",
            since.elapsed()
        );
        assert_eq!(w.list("running").await.len(), TASKS);
    });
}

/// Fault: crowd-waits
#[test]
fn the_service_answers_others_while_hundreds_wait() {
    on_a_service(async |w| {
        let polls = join_all((0..POLLS).map(|n| {
            let claim = json!({"agent": format!("a{n}"), "queues": ["never"], "wait_ms": 60_000});
            let w = w.clone();
            async move { w.claim_with(claim).await.len() }
        }));
        let work = async {
            until_all_wait(&w).await;
            for n in 0..20 {
                let start = Instant::now();
                w.submit(task().payload(n)).await;
                let held = w.claim_one("worker").await;
                w.complete(&held, n).await.ok();
                assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
            }
        };
        let (polls, work) = (pin!(polls), pin!(work));
        let waited = futures_util::future::select(polls, work).await;
        assert!(matches!(waited, Either::Right(_)), "they waited on meanwhile");
    });
}
