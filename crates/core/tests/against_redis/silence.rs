//! A Redis that does not answer: the breaker.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;
use waggle_core::Error;

use crate::support::{ROOT, TestServer, bump, eventually};

/// Far below a timeout.
const INSTANT: Duration = Duration::from_millis(200);
/// Times that Redis freezes: a machine may be busy for some of them.
const ROUNDS: usize = 5;

#[tokio::test]
async fn a_frozen_redis_costs_one_timeout_and_then_nothing() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.hot.response_timeout_ms = 1_000;
            config.hot.connect_timeout_ms = 1_000;
            config.breaker.open_ms = 60_000;
        })
        .await;
    redis.call(bump(ROOT, 1)).await.unwrap();
    server.freeze();
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    let mut waited = Vec::new();
    for _ in 0..100 {
        let started = Instant::now();
        let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        waited.push(started.elapsed());
    }
    waited.sort_unstable();
    assert!(waited[90] < INSTANT, "rejected after {waited:?}");
    server.thaw();
}

#[tokio::test]
async fn service_returns_within_a_second_of_redis() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.hot.response_timeout_ms = 200;
            config.hot.connect_timeout_ms = 200;
        })
        .await;
    let mut back = Vec::new();
    for _ in 0..ROUNDS {
        server.freeze();
        assert!(redis.call(bump(ROOT, 1)).await.is_err());
        assert!(redis.call(bump(ROOT, 1)).await.is_err(), "the breaker is open");
        server.thaw();
        let thawed = Instant::now();
        eventually("calls succeed again", async || redis.call(bump(ROOT, 1)).await.is_ok()).await;
        back.push(thawed.elapsed());
        if thawed.elapsed() < Duration::from_secs(1) {
            return;
        }
    }
    panic!("never within a second: {back:?}");
}

#[tokio::test]
async fn refused_connections_open_the_breaker_after_so_many_in_a_row() {
    let mut server = TestServer::start();
    let redis = server.connect_with(|config| config.breaker.open_ms = 60_000).await;
    server.kill();
    // One more than the threshold: the first may still meet the dying connection.
    for _ in 0..6 {
        assert!(redis.call(bump(ROOT, 1)).await.is_err());
    }
    server.boot();
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "still open: {error:?}");
}

#[tokio::test]
async fn everybody_who_waits_for_a_connection_shares_one_attempt() {
    const ATTEMPT: Duration = Duration::from_secs(1);
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.hot.connect_timeout_ms = 1_000;
            config.pipeline.max_operations = 1;
            config.pipeline.max_delay_ms = 0;
            config.breaker.failures = 1_000;
            config.pool.min = 0;
        })
        .await;
    let _: u64 = server.admin("CLIENT KILL TYPE normal");
    server.freeze();
    // Eight flushes at once, each in need of a connection.
    let calls = join_all((0..8).map(|_| redis.call(bump(ROOT, 1))));
    let started = Instant::now();
    assert!(calls.await.iter().all(Result::is_err));
    assert!(started.elapsed() < 5 * ATTEMPT, "{:?}", started.elapsed());
    server.thaw();
}
