//! An orderly end.

use futures_util::future::join_all;
use futures_util::poll;
use waggle_core::Error;

use crate::support::{ROOT, Sums, TestServer, bump, eventually};

#[tokio::test]
async fn what_waits_is_sent_and_answered_before_the_lanes_end() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pipeline.max_delay_ms = 1_000).await;
    let () = server.admin("CLIENT PAUSE 60000 WRITE");
    let merger = redis.merger(Sums::default());
    let mut first = Box::pin(redis.call(bump(ROOT, 1)));
    assert!(poll!(&mut first).is_pending());
    eventually("a flush is on its way", async || server.holds_a_call()).await;
    let mut waiting = Box::pin(join_all((0..30).map(|_| merger.run(ROOT.to_owned(), 1))));
    assert!(poll!(&mut waiting).is_pending());
    let mut closing = Box::pin(redis.close());
    assert!(poll!(&mut closing).is_pending());
    let error = merger.run(ROOT.to_owned(), 1).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    let () = server.admin("CLIENT UNPAUSE");
    closing.await;
    first.await.unwrap();
    assert!(waiting.await.into_iter().all(|result| result.is_ok()));
    assert!(matches!(redis.call(bump(ROOT, 1)).await, Err(Error::Unavailable { .. })));
    assert!(redis.exclusive().await.is_err());
    drop(redis);
    eventually("every connection is closed", async || server.connections().is_empty()).await;
}

#[tokio::test]
async fn closing_does_not_wait_for_a_redis_that_is_silent() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.hot.response_timeout_ms = 200;
            config.hot.connect_timeout_ms = 200;
        })
        .await;
    server.freeze();
    let mut call = Box::pin(redis.call(bump(ROOT, 1)));
    assert!(poll!(&mut call).is_pending());
    let started = tokio::time::Instant::now();
    redis.close().await;
    assert!(started.elapsed() < std::time::Duration::from_secs(2));
    assert!(call.await.is_err());
    server.thaw();
}
