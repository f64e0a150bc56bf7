//! The pool, exercised.

use crate::support::TestServer;

#[tokio::test]
async fn a_pool_that_is_exercised_reuses_its_connections_and_keeps_to_its_maximum() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let exercise = redis.exercise_pool(50).await;
    assert_eq!((exercise.max, exercise.acquired.len(), exercise.failed), (20, 1_000, 0));
    assert!(exercise.most <= 20 && exercise.most > 5, "{}", exercise.most);
    assert!(exercise.created <= 20, "{}", exercise.created);
    assert!(exercise.reuse_ratio().unwrap() > 0.9, "{exercise:?}");
}

#[tokio::test]
async fn a_pool_without_a_redis_is_found_out() {
    let mut server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.acquire_timeout_ms = 200).await;
    server.kill();
    let exercise = redis.exercise_pool(1).await;
    assert_eq!((exercise.acquired.len(), exercise.failed), (0, 20));
}
