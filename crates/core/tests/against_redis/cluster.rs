//! The same handle in front of three primaries.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;
use waggle_core::handle::Mode;
use waggle_core::{Call, Error, Value, Wake};

use crate::support::{Sums, TestCluster, bump, eventually, library, text};

fn root(i: usize) -> String {
    format!("test:{{swarm{i}}}")
}

#[tokio::test]
async fn a_cluster_serves_like_one_server() {
    let cluster = TestCluster::start();
    let redis = cluster.connect().await;
    assert_eq!(redis.mode(), Mode::Cluster);

    for port in cluster.ports() {
        let listed = format!("{:?}", cluster.admin::<Value>(port, "FUNCTION LIST"));
        assert!(listed.contains(&library().name), "every primary has the library: {listed}");
    }

    let results = join_all((0..60).map(|i| redis.call(bump(&root(i), 1)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");

    let mut calls: Vec<Call> = (0..60).map(|i| bump(&root(i), 1)).collect();
    calls[5] = Call::new("refuse_v1", &root(5));
    let results = redis.call_all(calls).await;
    assert!(
        matches!(&results[5], Err(Error::Refused { code, .. }) if code == "LEASELOST"),
        "{:?}",
        results[5]
    );
    assert!(results.iter().enumerate().all(|(i, result)| i == 5 || text(result.as_ref().unwrap()) == "2"));

    let merger = redis.merger(Sums::default());
    let items = join_all((0..60).map(|i| merger.run(root(i % 6), 1))).await;
    assert!(items.iter().all(Result::is_ok), "{items:?}");

    assert_eq!(redis.on_every_primary(&redis::cmd("PING")).await.unwrap().len(), 3);
    redis.exclusive().await.unwrap().query(redis::cmd("GET").arg(root(1))).await.unwrap();
    redis.check().await.unwrap();

    for port in cluster.ports() {
        let () = cluster.admin(port, "FUNCTION FLUSH");
    }
    let results = join_all((0..60).map(|i| redis.call(bump(&root(i), 0)))).await;
    assert!(results.iter().all(Result::is_ok), "functions are loaded again: {results:?}");
    redis.close().await;
}

#[tokio::test]
async fn wake_ups_come_from_every_node_and_survive_its_clients_being_killed() {
    let cluster = TestCluster::start();
    let redis = cluster.connect().await;
    let mut receiver = redis.wakeups().receiver();
    let channels: Vec<String> = (0..12).map(root).collect();
    for channel in &channels {
        redis.wakeups().subscribe(channel.clone());
    }
    let publish = async |payload: &str| {
        let heard = channels.iter().map(|channel| {
            let mut call = Call::new("publish_v1", channel);
            call.arg(payload);
            redis.call(call)
        });
        let heard = join_all(heard).await;
        heard.iter().flatten().filter(|reply| text(reply) == "1").count()
    };
    eventually("every channel is listened to", async || publish("first").await == channels.len()).await;
    for port in cluster.ports() {
        let _: i64 = cluster.admin(port, "CLIENT KILL TYPE pubsub");
    }
    eventually("there was a gap", async || {
        matches!(timeout(Duration::from_secs(10), receiver.recv()).await, Ok(Ok(Wake::Gap)))
    })
    .await;
    eventually("every channel is listened to again", async || publish("second").await == channels.len())
        .await;
    eventually("the message arrives", async || {
        let wake = timeout(Duration::from_secs(10), receiver.recv()).await;
        matches!(wake, Ok(Ok(Wake::Message { payload, .. })) if &*payload == b"second")
    })
    .await;
}

#[tokio::test]
async fn a_slot_that_moved_is_followed_and_each_call_applied_once() {
    let cluster = TestCluster::start();
    // Each asks another node for the new map, and one node does not know it yet.
    let handles = join_all((0..8).map(|_| cluster.connect_with(|config| config.pool.min = 0))).await;
    let key = "moving:{m}";
    let ports: Vec<u16> = cluster.ports().collect();
    let slot: u16 = cluster.admin(ports[0], &format!("CLUSTER KEYSLOT {key}"));
    let owner = usize::from(slot) * ports.len() / 16_384;
    let target = ports[(owner + 1) % ports.len()];
    let id: String = cluster.admin(target, "CLUSTER MYID");
    let () = cluster.admin(target, &format!("CLUSTER SETSLOT {slot} NODE {id}"));
    let () = cluster.admin(ports[owner], &format!("CLUSTER SETSLOT {slot} NODE {id}"));
    let results = join_all((0..80).map(|i| handles[i % handles.len()].call(bump(key, 1)))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(text(&handles[0].call(bump(key, 0)).await.unwrap()), "80");
}

#[tokio::test]
async fn a_slot_in_migration_is_asked_for_where_its_keys_go() {
    let cluster = TestCluster::start();
    let redis = cluster.connect().await;
    let key = "moving:{m}";
    let ports: Vec<u16> = cluster.ports().collect();
    let slot: u16 = cluster.admin(ports[0], &format!("CLUSTER KEYSLOT {key}"));
    let owner = usize::from(slot) * ports.len() / 16_384;
    let (from, to) = (ports[owner], ports[(owner + 1) % ports.len()]);
    let (from_id, to_id): (String, String) =
        (cluster.admin(from, "CLUSTER MYID"), cluster.admin(to, "CLUSTER MYID"));
    let () = cluster.admin(to, &format!("CLUSTER SETSLOT {slot} IMPORTING {from_id}"));
    let () = cluster.admin(from, &format!("CLUSTER SETSLOT {slot} MIGRATING {to_id}"));
    // The key does not exist on the old node: it answers ASK.
    assert_eq!(text(&redis.call(bump(key, 7)).await.unwrap()), "7");
    let stats: String = cluster.admin(to, "INFO commandstats");
    assert!(stats.contains("cmdstat_asking"), "{stats}");
}
