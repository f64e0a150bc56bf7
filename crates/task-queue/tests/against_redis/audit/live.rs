//! The audit is sound while tasks move.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use waggle_task_queue::audit::{self, Check};
use waggle_task_queue::maintenance::Pruner;
use waggle_task_queue::model::Status;

use crate::support::Store;

const AGENTS: usize = 4;
const AUDITS: usize = 6;
const STILL: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swarm_at_work_audits_clean_and_what_is_wrong_in_it_is_seen() {
    let store = Arc::new(Store::start().await);
    for _ in 0..STILL {
        store.submit(json!({"queue": "still"})).await;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let agents: Vec<_> =
        (0..AGENTS).map(|agent| tokio::spawn(work(Arc::clone(&store), Arc::clone(&stop), agent))).collect();
    let mut moving = 0;
    for _ in 0..AUDITS {
        let report = audit::run(&store.redis).await.unwrap();
        assert!(report.is_clean(), "{report}");
        moving += report.moving;
    }
    assert!(moving > 0, "no audit met a moving task");
    store.set(&["SET", "y:1", "1"]);
    let found = audit::run(&store.redis).await.unwrap();
    assert_eq!((found.total, found.findings[0].check), (1, Check::UnknownKey), "{found}");
    store.set(&["DEL", "y:1"]);
    stop.store(true, Ordering::Relaxed);
    for agent in agents {
        agent.await.unwrap();
    }
    assert!(store.clean().await.tasks >= STILL);
}

async fn work(store: Arc<Store>, stop: Arc<AtomicBool>, agent: usize) {
    let queue = format!("q{}", agent % 2);
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        // Nothing is kept, so that there is never more to audit than what is in hand.
        let agent = (n % 5 == 0).then_some("a");
        store.submit(json!({"queue": queue, "agent": agent, "retention_ms": 0})).await;
        for task in store.claim(json!({"queues": [queue], "max_tasks": 2})).await {
            let lease = task.lease.unwrap().token;
            match n % 3 {
                0 => assert_eq!(store.release(task.id, lease, 0).await, Status::Ready),
                1 => assert_eq!(store.fail(task.id, lease, false).await, Status::Failed),
                _ => store.complete(task.id, lease).await,
            }
        }
        Pruner.run_once(&store.redis, &store.swarm).await.unwrap();
    }
}
