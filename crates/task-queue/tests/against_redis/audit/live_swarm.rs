//! The audit is sound while agents come and go, messages are sent and read, and the state changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use waggle_task_queue::audit;
use waggle_task_queue::maintenance::{Custodian, Pruner, Reaper};
use waggle_task_queue::model::{Ack, AgentName, InboxQuery, StateGuard};

use crate::support::{Store, agent_claim, new_task};

const AGENTS: usize = 3;
const AUDITS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swarm_whose_agents_talk_and_share_a_state_audits_clean() {
    let store = Arc::new(Store::start().await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut agents: Vec<_> =
        (0..AGENTS).map(|agent| tokio::spawn(live(Arc::clone(&store), Arc::clone(&stop), agent))).collect();
    agents.push(tokio::spawn(tend(Arc::clone(&store), Arc::clone(&stop))));
    for _ in 0..AUDITS {
        let report = audit::run(&store.redis).await.unwrap();
        assert!(report.is_clean(), "{report}");
    }
    stop.store(true, Ordering::Relaxed);
    for agent in agents {
        agent.await.unwrap();
    }
    store.clean().await;
}

/// Works, talks, and now and then goes and comes back.
async fn live(store: Arc<Store>, stop: Arc<AtomicBool>, number: usize) {
    let (queue, swarm) = (&store.queue, &store.swarm);
    let name: AgentName = format!("a{number}").parse().unwrap();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let agent = serde_json::from_value(json!({"capacity": 2, "ttl_ms": 1_000})).unwrap();
        queue.put_agent(swarm, &name, agent).await.unwrap();
        queue.put_subscription(swarm, &name, &"news".parse().unwrap()).await.unwrap();
        for to in [json!({"swarm": true}), json!({"topic": "news"}), json!({"agent": name})] {
            let message = json!({"from": name, "to": to, "body": n, "ttl_ms": 1_000});
            // It may be lost and forgotten at any time.
            let _sent_or_not =
                queue.send_message(swarm, serde_json::from_value(message).unwrap(), None).await;
        }
        let query = InboxQuery { after: 0, limit: Some(20) };
        if let Ok(inbox) = queue.read_inbox(swarm, &name, query, Duration::ZERO).await {
            let _acked_or_not =
                queue.ack_messages(swarm, &name, Ack { up_to: Some(inbox.next), ids: None }).await;
        }
        share(&store, number, n).await;
        work(&store, &name, n).await;
        if n % 16 == 15 {
            let _deleted_or_gone = queue.delete_agent(swarm, &name).await;
        }
    }
}

/// One key that everybody counts in, one of its own that comes, expires and goes.
async fn share(store: &Store, number: usize, n: usize) {
    let (queue, swarm, guard) = (&store.queue, &store.swarm, StateGuard::default());
    queue.increment_state(swarm, "count".parse().unwrap(), Default::default(), &guard, None).await.unwrap();
    let own = || format!("own/{number}/{}", n % 3).parse().unwrap();
    let put = serde_json::from_value(json!({"value": n, "ttl_ms": 1_000})).unwrap();
    queue.put_state(swarm, own(), put, &guard).await.unwrap();
    if n.is_multiple_of(2) {
        let _deleted_or_expired = queue.delete_state(swarm, own(), &guard).await;
    }
}

/// Some tasks are completed, others are left to the reaper; those of the third kind wait for an agent that may be gone.
async fn work(store: &Store, name: &AgentName, n: usize) {
    let (queue, swarm) = (&store.queue, &store.swarm);
    let pinned = n.is_multiple_of(3).then(|| format!("a{}", n % AGENTS));
    let task = json!({"agent": pinned, "retention_ms": 0, "lease_ms": 500, "max_attempts": 2});
    queue.submit(swarm, new_task(task), None).await.unwrap();
    let claim = agent_claim(json!({"agent": name, "max_tasks": 2}));
    for task in queue.claim(swarm, claim).await.unwrap().tasks {
        if !n.is_multiple_of(4) {
            let complete = serde_json::from_value(json!({"lease": task.lease.unwrap().token})).unwrap();
            let _completed_or_lost = queue.complete(swarm, task.id, complete).await;
        }
    }
}

/// Time passes, a little at a time, and what is due is done.
async fn tend(store: Arc<Store>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        store.advance(100);
        Custodian.run_once(&store.redis, &store.swarm).await.unwrap();
        Reaper.run_once(&store.redis, &store.swarm).await.unwrap();
        Pruner.run_once(&store.redis, &store.swarm).await.unwrap();
    }
}
