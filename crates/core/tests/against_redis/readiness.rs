//! The readiness check names what is missing.

use waggle_core::{NotReady, Redis};

use crate::support::{TestServer, eventually};

async fn code(redis: &Redis) -> Option<&'static str> {
    redis.check().await.err().map(|NotReady { code, .. }| code)
}

async fn becomes(redis: &Redis, wanted: Option<&'static str>) {
    eventually("the check says so", async || code(redis).await == wanted).await;
}

#[tokio::test]
async fn a_healthy_redis_is_ready_and_asked_once_a_second_at_most() {
    let server = TestServer::start();
    let redis = server.connect().await;
    assert_eq!(code(&redis).await, None);
    let () = server.admin("CONFIG RESETSTAT");
    for _ in 0..100 {
        assert_eq!(code(&redis).await, None);
    }
    let stats: String = server.admin("INFO commandstats");
    assert!(!stats.contains("cmdstat_function"), "{stats}");
}

#[tokio::test]
async fn a_policy_that_evicts_is_unsafe() {
    let server = TestServer::with(&["--maxmemory-policy", "allkeys-lru"]);
    let redis = server.connect().await;
    assert_eq!(code(&redis).await, Some("unsafe_eviction_policy"));
    let () = server.admin("CONFIG SET maxmemory-policy noeviction");
    becomes(&redis, None).await;
}

#[tokio::test]
async fn missing_functions_are_loaded_by_the_check_and_reported_where_that_fails() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let () = server.admin("FUNCTION FLUSH");
    assert_eq!(code(&redis).await, None, "loaded again");
    let () = server.admin("FUNCTION FLUSH");
    let () = server.admin("CONFIG SET maxmemory 1");
    becomes(&redis, Some("functions_missing")).await;
    let () = server.admin("CONFIG SET maxmemory 0");
    becomes(&redis, None).await;
}

#[tokio::test]
async fn a_redis_that_is_gone_is_unavailable() {
    let mut server = TestServer::start();
    let redis = server.connect().await;
    server.kill();
    becomes(&redis, Some("backend_unavailable")).await;
}
