use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::json;
use waggle_tests::history::History;
use waggle_tests::{Act, Agent, World, in_a_swarm, task};

use super::support::{assert_sound, empty, export, lines_of, restore};

const TASKS: usize = 400;
const AGENTS: usize = 4;

async fn unfinished(w: &World) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for status in ["ready", "running", "scheduled"] {
        ids.extend(w.list(status).await.iter().map(|task| task["id"].as_str().unwrap().to_owned()));
    }
    ids
}

#[test]
fn a_snapshot_of_a_swarm_that_is_worked_on_restores_to_a_sound_one_without_a_gap() {
    in_a_swarm(async |w| {
        let ids = w.submit_many((0..TASKS).map(|n| task().payload(n).max_attempts(100))).await;
        let stop = Arc::new(AtomicBool::new(false));
        let history = History::default();
        let script = [Act::Complete, Act::Release, Act::Fail, Act::Heartbeat];
        let agents = (0..AGENTS).map(|n| Agent::new(format!("a{n}"), &history).script(&script).until(&stop));
        let working = join_all(agents.map(|agent| agent.work(w.clone())));
        let looking = async {
            let mut snapshots = Vec::new();
            for round in 0..4 {
                w.submit_many((0..20).map(|n| task().dedup_key(format!("{round}-{n}")))).await;
                let snapshot = export(&w).await;
                // Whatever is unfinished now and was there before has been unfinished all the time.
                snapshots.push((snapshot, unfinished(&w).await));
            }
            stop.store(true, Ordering::Relaxed);
            snapshots
        };
        let (_, snapshots) = futures_util::future::join(working, looking).await;
        for (round, (snapshot, unfinished)) in snapshots.into_iter().enumerate() {
            let exported: BTreeSet<String> = lines_of(&snapshot, "task")
                .iter()
                .map(|task| task["id"].as_str().unwrap().to_owned())
                .collect();
            let missing: Vec<_> =
                ids.iter().filter(|id| unfinished.contains(*id) && !exported.contains(*id)).collect();
            assert!(missing.is_empty(), "{missing:?}");
            let other = w.beside(&format!("{}-{round}", w.swarm()));
            other.put("").send().await.expect(201);
            restore(&other, snapshot).await.ok();
            assert_sound(&other).await;
            let claim = json!({"agent": "z", "max_tasks": 100});
            other.claim_with(claim).await;
            assert_sound(&other).await;
        }
    });
}

#[test]
fn two_tasks_with_one_deduplication_key_are_restored_and_one_keeps_it() {
    in_a_swarm(async |w| {
        // As when the first one finished and the second one came while the snapshot was made.
        w.submit(task().dedup_key("k")).await;
        let first = export(&w).await;
        let held = w.claim_one("a").await;
        w.complete(&held, 1).await.ok();
        w.submit(task().dedup_key("k")).await;
        let second = export(&w).await;
        let mut lines = super::support::body_of(&second);
        lines.retain(|line| !line.contains("\"completed\""));
        lines
            .extend(super::support::body_of(&first).into_iter().filter(|line| line.starts_with("{\"task\"")));
        let other = empty(&w).await;
        restore(&other, super::support::sealed(&lines)).await.ok();
        assert_eq!(other.list("ready").await.len(), 2);
        assert_sound(&other).await;
        other.post("/tasks").json(json!({"dedup_key": "k"})).send().await.ok();
    });
}
