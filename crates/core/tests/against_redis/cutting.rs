//! A process that has its own connections ended.

use futures_util::future::join_all;
use waggle_core::Wake;

use crate::support::{ROOT, TestCluster, TestServer, bump, eventually, text};

#[tokio::test]
async fn a_process_cuts_its_own_connections_on_every_lane_and_nobody_elses() {
    let server = TestServer::start();
    let redis = server.connect().await;
    eventually("the pool and two lanes stand", async || server.introduced() == 7).await;
    let client = redis::Client::open(format!("unix://{}", server.socket().display())).unwrap();
    let mut stranger = client.get_connection().unwrap();
    let () = redis::cmd("CLIENT").arg("SETNAME").arg("waggle:1-0").query(&mut stranger).unwrap();
    assert_eq!(redis.cut_own_connections().await.unwrap(), 7);
    let _: String = redis::cmd("PING").query(&mut stranger).unwrap();
    eventually("a call is answered", async || redis.call(bump(ROOT, 1)).await.is_ok()).await;
}

#[tokio::test]
async fn every_lane_works_again_after_the_cut() {
    let server = TestServer::start();
    let redis = server.connect().await;
    eventually("the pool and two lanes stand", async || server.introduced() == 7).await;
    let mut wakes = redis.wakeups().receiver();
    redis.cut_own_connections().await.unwrap();
    eventually("it knows of the gap", async || matches!(wakes.try_recv(), Ok(Wake::Gap))).await;
    let lent = join_all((0..20).map(|_| redis.exclusive())).await;
    assert!(lent.iter().all(Result::is_ok));
    eventually("a call is answered", async || redis.call(bump(ROOT, 1)).await.is_ok()).await;
}

#[tokio::test]
async fn in_front_of_a_cluster_the_hot_lane_is_cut_and_comes_back() {
    let cluster = TestCluster::start();
    let redis = cluster.connect().await;
    let cut = redis.cut_own_connections().await.unwrap();
    assert!(cut >= 3, "one connection to each primary at least: {cut}");
    for i in 0..12 {
        let root = format!("test:{{swarm{i}}}");
        eventually("a call is answered", async || {
            redis.call(bump(&root, 1)).await.is_ok_and(|sum| !text(&sum).is_empty())
        })
        .await;
    }
}

#[tokio::test]
async fn a_cut_right_after_a_cut_does_not_fail_on_what_the_first_one_ended() {
    let server = TestServer::start();
    let redis = server.connect().await;
    for _ in 0..20 {
        redis.cut_own_connections().await.unwrap();
    }
}
