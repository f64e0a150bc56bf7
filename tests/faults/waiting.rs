//! Row 22: many agents wait for few tasks.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::{PATIENCE, World, on_a_service, task, until};

const POLLS: usize = 500;

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

#[test]
fn five_hundred_waiting_agents_and_n_tasks_make_exactly_n_happy() {
    on_a_service(async |w| {
        const TASKS: usize = 30;
        let polls = join_all((0..POLLS).map(|n| {
            let claim = json!({"agent": format!("a{n}"), "wait_ms": 6_000});
            let w = w.clone();
            async move { (w.claim_with(claim).await, Instant::now()) }
        }));
        let submit = async {
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            let (before, connections) = (calls(&w), clients(&w));
            tokio::time::sleep(Duration::from_millis(1_000)).await;
            let idle = calls(&w) - before;
            // The fallback poll and the sweeps of the maintenance, for this swarm and `default`; not one each agent.
            assert!(idle < 60, "{idle} calls in a second without anything to do");
            assert!(connections < 40, "{connections} connections to Redis");
            let before = calls(&w);
            let at = Instant::now();
            w.submit_many((0..TASKS).map(|n| task().payload(n))).await;
            (at, before)
        };
        let (answers, (submitted, before)) = futures_util::future::join(polls, submit).await;
        let woken: Vec<_> = answers.iter().filter(|(held, _)| !held.is_empty()).collect();
        assert_eq!(woken.len(), TASKS);
        assert!(woken.iter().all(|(held, _)| held.len() == 1));
        let slowest = woken.iter().map(|(_, at)| at.saturating_duration_since(submitted)).max().unwrap();
        assert!(slowest < Duration::from_secs(3), "{slowest:?}");
        let spent = calls(&w) - before;
        assert!(spent < 200, "{spent} calls for {TASKS} tasks and the rest of the wait");
    });
}

#[test]
fn the_service_answers_others_while_hundreds_wait() {
    on_a_service(async |w| {
        let polls = join_all((0..POLLS).map(|n| {
            let claim = json!({"agent": format!("a{n}"), "queues": ["never"], "wait_ms": 3_000});
            let w = w.clone();
            async move { w.claim_with(claim).await.len() }
        }));
        let work = async {
            tokio::time::sleep(Duration::from_millis(800)).await;
            for n in 0..20 {
                let start = Instant::now();
                w.submit(task().payload(n)).await;
                let held = w.claim_one("worker").await;
                w.complete(&held, n).await.ok();
                assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
            }
        };
        let (woken, ()) = futures_util::future::join(polls, work).await;
        assert_eq!(woken.into_iter().sum::<usize>(), 0);
        until("nobody waits any more", PATIENCE, async || w.claim("x").await.is_empty()).await;
    });
}
