//! Choosing among many agents: what one call looks at is bounded.

use serde_json::{Value as Json, json};
use waggle_task_queue::Error;
use waggle_task_queue::limits::ASSIGN_AGENTS;
use waggle_task_queue::model::{Assign, NewAgent, NewTask};

use crate::support::{Store, new_task};

/// More than one call chooses among.
const AGENTS: usize = ASSIGN_AGENTS as usize + 50;
/// Tasks to be assigned that still share a call.
const ONE_CALL: usize = 20;

async fn register(store: &Store, n: usize, agent: Json) {
    let agent: NewAgent = serde_json::from_value(agent).unwrap();
    store.queue.put_agent(&store.swarm, &format!("a{n:04}").parse().unwrap(), agent).await.unwrap();
}

async fn submit_batch(store: &Store, count: usize, task: impl Fn(usize) -> Json) {
    let tasks: Vec<Result<NewTask, _>> = (0..count).map(|n| Ok(new_task(task(n)))).collect();
    store.queue.submit_batch(&store.swarm, tasks, None).await.unwrap();
}

/// How often a command was called since the last look.
fn calls(store: &Store, command: &str) -> u64 {
    let info: String = store.server.raw(&["INFO", "commandstats"]);
    let name = format!("cmdstat_{command}:calls=");
    let calls = info.lines().find_map(|line| line.strip_prefix(&name)?.split(',').next()?.parse().ok());
    let _: waggle_core::Value = store.server.raw(&["CONFIG", "RESETSTAT"]);
    calls.unwrap_or(0)
}

#[tokio::test]
async fn a_batch_reads_each_agent_once_and_of_many_some() {
    let store = Store::start().await;
    for n in 0..AGENTS {
        register(&store, n, json!({"capacity": 10, "capabilities": [format!("c{}", n % 10)]})).await;
    }
    for strategy in ["least_loaded", "round_robin", "best_match"] {
        for wanted in [false, true] {
            calls(&store, "hmget");
            let requires = |n: usize| if wanted { json!([format!("c{}", n % 10)]) } else { json!([]) };
            submit_batch(&store, ONE_CALL, |n| json!({"assign": strategy, "requires": requires(n)})).await;
            // Beside one for each agent there are those of any call.
            let looks = calls(&store, "hmget");
            assert!((10..=ASSIGN_AGENTS + 5).contains(&looks), "{strategy} {wanted}: {looks}");
        }
    }
    let held: usize = store.queue.swarm_stats(&store.swarm).await.unwrap().tasks.ready.try_into().unwrap();
    assert_eq!(held, 6 * ONE_CALL);
    store.clean().await;
}

#[tokio::test]
async fn a_round_goes_on_behind_those_among_whom_nobody_fitted() {
    let store = Store::start().await;
    for n in 0..AGENTS {
        register(&store, n, json!({"capabilities": if n == AGENTS - 1 { json!(["x"]) } else { json!([]) }}))
            .await;
    }
    let id = store.submit(json!({"requires": ["x"]})).await;
    let to = || serde_json::from_value::<Assign>(json!({"strategy": "round_robin"})).unwrap();
    let nobody = store.queue.assign(&store.swarm, id, to()).await.unwrap_err();
    assert!(matches!(nobody, Error::NoAgent { agent: None }), "{nobody}");
    let agent = store.queue.assign(&store.swarm, id, to()).await.unwrap().agent;
    assert_eq!(agent.as_str(), format!("a{:04}", AGENTS - 1));
    store.clean().await;
}

#[tokio::test]
async fn a_snapshot_knows_to_whom_a_task_was_assigned() {
    let store = Store::start().await;
    register(&store, 1, json!({"capacity": 5})).await;
    let ready = store.submit(json!({"assign": "best_match"})).await;
    let later = store.submit(json!({"assign": "best_match", "delay_ms": 60_000})).await;
    let (pages, mut read) = tokio::sync::mpsc::channel(100);
    store.queue.export_swarm(&store.swarm).await.unwrap().send(pages).await;
    let (mut snapshot, mut check) = (Vec::new(), waggle_task_queue::SnapshotCheck::default());
    while let Some(page) = read.recv().await {
        snapshot.extend_from_slice(&page.unwrap());
    }
    check.feed(&snapshot).unwrap();
    let other = Store::start().await;
    other.queue.restore_swarm(&other.swarm, &check.finish().unwrap(), &snapshot[..]).await.unwrap();
    for id in [ready, later] {
        let task = other.queue.get(&other.swarm, id, std::time::Duration::ZERO).await.unwrap();
        assert_eq!(task.agent.map(|agent| agent.to_string()).as_deref(), Some("a0001"));
    }
    assert!(other.claim(json!({"agent": "b"})).await.is_empty());
    assert_eq!(other.claim_one(json!({"agent": "a0001"})).await.0, ready);
    other.clean().await;
}
