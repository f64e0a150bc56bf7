//! The audit of a cluster walks every node.

use serde_json::json;
use waggle_core::{Codec, redis};
use waggle_task_queue::audit::{self, Check};
use waggle_task_queue::migrate::{self, KeyspaceState};
use waggle_task_queue::model::SwarmName;
use waggle_task_queue::{TaskQueue, library};

use crate::support::{TestCluster, agent_claim, new_task};

const SWARMS: usize = 12;

#[tokio::test]
async fn swarms_on_every_node_are_audited_and_migrated() {
    let cluster = TestCluster::start();
    let store = cluster.connect(library()).await;
    assert_eq!(migrate::status(&store).await.unwrap(), KeyspaceState::Empty);
    let queue = TaskQueue::new(store.clone(), Codec::new(1_024, 1 << 20));
    let swarms: Vec<SwarmName> = (0..SWARMS).map(|n| format!("s{n}").parse().unwrap()).collect();
    for swarm in &swarms {
        queue.put_swarm(swarm, serde_json::from_value(json!({})).unwrap()).await.unwrap();
        for _ in 0..20 {
            queue.submit(swarm, new_task(json!({"requires": ["gpu"]})), None).await.unwrap();
            queue.submit(swarm, new_task(json!({})), None).await.unwrap();
        }
        let claimed = queue.claim(swarm, agent_claim(json!({"max_tasks": 10}))).await.unwrap();
        assert_eq!(claimed.tasks.len(), 10);
        let alone = audit::run_swarm(&store, swarm).await.unwrap();
        assert!(alone.is_clean() && alone.tasks == 40, "{alone}");
    }
    assert_eq!(
        migrate::status(&store).await.unwrap(),
        KeyspaceState::Older { found: 0, needed: migrate::VERSION }
    );
    migrate::run(&store, |_| {}).await.unwrap();
    assert_eq!(migrate::status(&store).await.unwrap(), KeyspaceState::Current);

    let keys = cluster.keys_by_node();
    assert!(keys.iter().all(|keys| *keys > 0), "each node holds some: {keys:?}");
    let report = audit::run(&store).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!((report.swarms, report.tasks, report.keys), (SWARMS, SWARMS * 40, keys.iter().sum()));

    let mut connection = store.exclusive().await.unwrap();
    for swarm in &swarms {
        connection.query(redis::cmd("SET").arg(format!("wg:{{{swarm}}}:y:1")).arg(1)).await.unwrap();
    }
    let report = audit::run(&store).await.unwrap();
    assert_eq!(report.total, SWARMS, "{report}");
    assert!(report.findings.iter().all(|finding| finding.check == Check::UnknownKey));
}
