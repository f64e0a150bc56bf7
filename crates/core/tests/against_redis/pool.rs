//! The pool lane.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;
use waggle_core::{Error, Redis};

use crate::support::{TestServer, eventually};

/// Connections besides the pool's: hot and wake-up.
const OTHERS: usize = 2;

async fn settled(redis: &Redis, size: usize) {
    eventually("the pool has its size", async || redis.pool_status().size == size).await;
}

#[tokio::test]
async fn the_minimum_is_open_before_anybody_asks() {
    let server = TestServer::start();
    let redis = server.connect().await;
    settled(&redis, 5).await;
    eventually("five and two", async || server.connections().len() == 5 + OTHERS).await;
}

#[tokio::test]
async fn no_more_than_the_maximum_are_lent_and_the_next_waits_no_longer_than_its_deadline() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.acquire_timeout_ms = 2_000).await;
    let lent: Vec<_> = join_all((0..20).map(|_| redis.exclusive())).await;
    assert!(lent.iter().all(Result::is_ok));
    assert_eq!(redis.pool_status().in_use, 20);
    let started = Instant::now();
    let error = redis.exclusive().await.err().unwrap();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    let waited = started.elapsed();
    assert!(waited >= Duration::from_secs(2) && waited < Duration::from_secs(10), "{waited:?}");
    assert_eq!(redis.pool_status().timeouts, 1);
    drop(lent);
    redis.exclusive().await.unwrap();
}

#[tokio::test]
async fn the_deadline_is_a_total_over_waiting_connecting_and_checking() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.acquire_timeout_ms = 1_000).await;
    settled(&redis, 5).await;
    server.freeze();
    let started = Instant::now();
    let results = join_all((0..20).map(|_| redis.exclusive())).await;
    assert!(results.iter().all(Result::is_err));
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    server.thaw();
}

#[tokio::test]
async fn idle_connections_close_down_to_the_minimum() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.pool.min = 2;
            config.pool.idle_timeout_ms = 1_500;
        })
        .await;
    drop(join_all((0..10).map(|_| redis.exclusive())).await);
    assert_eq!(redis.pool_status().size, 10);
    settled(&redis, 2).await;
    eventually("the sockets are closed", async || server.connections().len() == 2 + OTHERS).await;
    assert_eq!(redis.pool_status().closed, 8);
}

#[tokio::test]
async fn dead_connections_are_found_and_replaced_in_the_background() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.idle_timeout_ms = 150).await;
    settled(&redis, 5).await;
    let _: u64 = server.admin("CLIENT KILL TYPE normal SKIPME yes");
    eventually("five new ones", async || {
        redis.pool_status().created >= 10 && server.connections().len() >= 5
    })
    .await;
    redis.exclusive().await.unwrap().query(&redis::cmd("PING")).await.unwrap();
}

#[tokio::test]
async fn a_connection_to_a_replica_is_taken_out_of_the_pool() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.min = 0).await;
    let mut connection = redis.exclusive().await.unwrap();
    let () = server.admin("REPLICAOF 127.0.0.1 1");
    let error = connection.query(redis::cmd("SET").arg("k").arg("v")).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    drop(connection);
    assert_eq!(redis.pool_status().size, 0);
    let () = server.admin("REPLICAOF NO ONE");
}

#[tokio::test]
async fn a_connection_whose_command_was_abandoned_does_not_go_back() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.min = 0).await;
    let mut connection = redis.exclusive().await.unwrap();
    let mut blpop = redis::cmd("BLPOP");
    blpop.arg("nothing").arg(0);
    {
        let mut query = Box::pin(connection.query(&blpop));
        assert!(futures_util::poll!(&mut query).is_pending());
    }
    drop(connection);
    assert_eq!(redis.pool_status().size, 0);
    let mut connection = redis.exclusive().await.unwrap();
    connection.query(&redis::cmd("PING")).await.unwrap();
    drop(connection);
    assert_eq!(redis.pool_status().size, 1, "a healthy one goes back");
}

#[tokio::test]
async fn an_abandoned_wait_for_a_connection_costs_the_pool_nothing() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.max = 5).await;
    for polls in 0..30 {
        let mut waiting = Box::pin(redis.exclusive());
        for _ in 0..polls {
            if futures_util::poll!(&mut waiting).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let lent = join_all((0..5).map(|_| redis.exclusive())).await;
    assert!(lent.iter().all(Result::is_ok));
}
