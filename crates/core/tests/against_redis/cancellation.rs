//! Callers that give up, at every point where they may.

use futures_util::future::join_all;
use futures_util::poll;
use waggle_core::{Error, Redis};

use crate::support::{ROOT, Sums, TestServer, bump, eventually, text};

async fn held(server: &TestServer) -> Redis {
    let redis = server.connect_with(|config| config.pipeline.max_delay_ms = 1_000).await;
    let () = server.admin("CLIENT PAUSE 60000 WRITE");
    let holder = redis.clone();
    tokio::spawn(async move { holder.call(bump("test:{held}", 1)).await });
    eventually("a flush is on its way", async || server.holds_a_call()).await;
    redis
}

#[tokio::test]
async fn a_call_whose_caller_is_gone_before_the_flush_is_not_sent() {
    let server = TestServer::start();
    let redis = held(&server).await;
    let mut gone = Box::pin(redis.call(bump(ROOT, 100)));
    let mut stays = Box::pin(redis.call(bump(ROOT, 1)));
    assert!(poll!(&mut gone).is_pending() && poll!(&mut stays).is_pending());
    drop(gone);
    let () = server.admin("CLIENT UNPAUSE");
    assert_eq!(text(&stays.await.unwrap()), "1");
}

#[tokio::test]
async fn an_item_whose_caller_is_gone_before_the_flush_is_left_out_of_the_call() {
    let server = TestServer::start();
    let redis = held(&server).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let mut stay = Box::pin(join_all([1, 2, 3].map(|i| merger.run(ROOT.to_owned(), i))));
    let mut gone = Box::pin(join_all([100, 200].map(|i| merger.run(ROOT.to_owned(), i))));
    let mut after = Box::pin(merger.run(ROOT.to_owned(), 4));
    assert!(poll!(&mut stay).is_pending() && poll!(&mut gone).is_pending() && poll!(&mut after).is_pending());
    drop(gone);
    let () = server.admin("CLIENT UNPAUSE");
    let outputs: Vec<i64> = stay.await.into_iter().map(Result::unwrap).collect();
    assert_eq!((outputs, after.await.unwrap()), (vec![1, 3, 6], 10));
    assert_eq!(sums.calls(), [vec![1, 2, 3, 4]]);
}

#[tokio::test]
async fn where_every_caller_is_gone_nothing_is_sent() {
    let server = TestServer::start();
    let redis = held(&server).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let mut gone = Box::pin(join_all((0..10).map(|i| merger.run(ROOT.to_owned(), i))));
    assert!(poll!(&mut gone).is_pending());
    drop(gone);
    let () = server.admin("CLIENT UNPAUSE");
    redis.call(bump(ROOT, 1)).await.unwrap();
    assert!(sums.calls().is_empty());
    assert_eq!(server.admin::<i64>(&format!("GET {ROOT}")), 1);
}

#[tokio::test]
async fn a_caller_gone_after_the_write_leaves_the_others_their_replies() {
    let server = TestServer::start();
    let redis = held(&server).await;
    let mut first = Box::pin(redis.call(bump(ROOT, 1)));
    let mut second = Box::pin(redis.call(bump(ROOT, 1)));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    let calls = server.function_calls();
    let () = server.admin("CLIENT UNPAUSE");
    eventually("both were applied", async || server.function_calls() == calls + 3).await;
    drop(first);
    assert_eq!(text(&second.await.unwrap()), "2");
}

/// In the spirit of deadpool's tests of cancelled callers: give up after every
/// possible number of polls, and check that room, replies and order survive.
#[tokio::test]
async fn giving_up_after_any_number_of_polls_leaks_no_room_in_the_backlog() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.pipeline.backlog = 8;
            config.pipeline.backlog_bytes = 65_536;
        })
        .await;
    let large = |root: &str| bump(&format!("{root}{}", "x".repeat(8_000)), 1);
    let merger = redis.merger(Sums::default());
    for polls in 0..40 {
        let mut call = Box::pin(redis.call(large("test:{gone}")));
        let mut run = Box::pin(merger.run("test:{gone}".to_owned(), 1));
        for _ in 0..polls {
            if poll!(&mut call).is_ready() || poll!(&mut run).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop((call, run));
        // So that some flushes find nobody at all.
        for _ in 0..polls % 3 {
            tokio::task::yield_now().await;
        }
    }
    // What was on its way has been answered.
    redis.call(bump(ROOT, 1)).await.unwrap();
    // Eight fit at once only if nothing was leaked.
    let () = server.admin("CLIENT PAUSE 60000 WRITE");
    let held = tokio::spawn({
        let redis = redis.clone();
        async move { redis.call(bump("test:{held}", 1)).await }
    });
    eventually("a flush is on its way", async || server.holds_a_call()).await;
    let mut eight = Box::pin(join_all((0..8).map(|_| redis.call(large(ROOT)))));
    assert!(poll!(&mut eight).is_pending());
    let ninth = redis.call(large(ROOT)).await;
    assert!(
        matches!(ninth, Err(Error::Unavailable { .. })),
        "the bytes are full, which nobody waits for: {ninth:?}"
    );
    let () = server.admin("CLIENT UNPAUSE");
    held.await.unwrap().unwrap();
    let eight: Vec<_> = eight.await.into_iter().filter_map(Result::err).collect();
    assert!(eight.is_empty(), "{eight:?}");
}
