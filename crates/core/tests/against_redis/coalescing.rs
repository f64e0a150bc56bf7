//! What travels together, and what does not wait.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::poll;
use tokio::sync::oneshot;
use tokio::time::Instant;
use waggle_core::{Call, Error, LateCall, Redis, Value};

use crate::support::{ROOT, Sums, TestServer, bump, eventually, text};

/// As long as the settings allow.
const MAX_DELAY: Duration = Duration::from_secs(1);
/// Times that something is tried which has to be done within that: a machine may be busy for some of them.
const ROUNDS: usize = 5;

/// A flush that stays on its way until [`release`](Held::release).
struct Held<'a> {
    server: &'a TestServer,
    call: tokio::task::JoinHandle<Result<Value, Error>>,
}

async fn hold<'a>(server: &'a TestServer, redis: &Redis) -> Held<'a> {
    let () = server.admin("CLIENT PAUSE 60000 WRITE");
    let redis = redis.clone();
    let call = tokio::spawn(async move { redis.call(bump("test:{held}", 1)).await });
    eventually("a flush is on its way", async || server.holds_a_call()).await;
    Held { server, call }
}

impl Held<'_> {
    async fn release(self) {
        let () = self.server.admin("CLIENT UNPAUSE");
        self.call.await.unwrap().unwrap();
    }
}

/// Time enough for a flush to start that should not: several round trips on
/// another lane.
async fn a_moment(redis: &Redis) {
    let mut connection = redis.exclusive().await.unwrap();
    for _ in 0..20 {
        connection.query(&redis::cmd("PING")).await.unwrap();
    }
}

/// Flushes wait for each other as long as the settings allow.
async fn patient(server: &TestServer) -> Redis {
    server
        .connect_with(|config| {
            config.pipeline.max_delay_ms = 1_000;
            config.hot.response_timeout_ms = 10_000;
            config.pool.min = 0;
        })
        .await
}

#[tokio::test]
async fn what_arrives_while_a_flush_is_on_its_way_travels_in_one_call() {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let held = hold(&server, &redis).await;
    let mut first = Box::pin(join_all((1..=25).map(|i| merger.run(ROOT.to_owned(), i))));
    assert!(poll!(&mut first).is_pending());
    a_moment(&redis).await;
    assert!(sums.calls().is_empty(), "nothing is bound before the flush starts");
    let mut second = Box::pin(join_all((26..=50).map(|i| merger.run(ROOT.to_owned(), i))));
    assert!(poll!(&mut second).is_pending());
    held.release().await;
    let outputs: Vec<i64> = first.await.into_iter().chain(second.await).map(Result::unwrap).collect();
    assert_eq!(sums.calls(), vec![(1..=50).collect::<Vec<_>>()]);
    let expected: Vec<i64> = (1..=50)
        .scan(0, |sum, i| {
            *sum += i;
            Some(*sum)
        })
        .collect();
    assert_eq!(outputs, expected, "each caller gets its own output");
}

#[tokio::test]
async fn plain_calls_that_wait_share_one_write() {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let held = hold(&server, &redis).await;
    let mut calls = Box::pin(join_all((0..60).map(|_| redis.call(bump(ROOT, 1)))));
    assert!(poll!(&mut calls).is_pending());
    let reads = server.info("total_reads_processed");
    held.release().await;
    assert!(calls.await.into_iter().all(|result| result.is_ok()));
    // Our own commands are reads too: one to release, one to ask.
    let written = server.info("total_reads_processed") - reads;
    assert!(written <= 8, "60 calls took {written} reads");
    assert_eq!(server.admin::<i64>(&format!("GET {ROOT}")), 60);
}

#[tokio::test]
async fn heavy_items_share_a_call_as_far_as_it_can_bear_them() {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let held = hold(&server, &redis).await;
    let items = [1_001, 1, 1_002, 2, 1_003, 3, 1_004, 1_005];
    let mut runs = Box::pin(join_all(items.map(|i| merger.run(ROOT.to_owned(), i))));
    assert!(poll!(&mut runs).is_pending());
    held.release().await;
    assert!(runs.await.into_iter().all(|result| result.is_ok()));
    assert_eq!(sums.calls(), vec![vec![1_001, 1, 1_002, 2], vec![1_003, 3, 1_004], vec![1_005]]);
}

#[tokio::test]
async fn a_call_goes_out_at_once_when_nothing_is_on_its_way() {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let mut took = Vec::new();
    for _ in 0..20 {
        let started = Instant::now();
        redis.call(bump(ROOT, 1)).await.unwrap();
        took.push(started.elapsed());
    }
    took.sort_unstable();
    assert!(took[15] < MAX_DELAY / 2, "one call alone waited for company: {took:?}");
}

#[tokio::test]
async fn the_oldest_waits_no_longer_than_the_maximum_delay() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pipeline.max_delay_ms = 20).await;
    let held = hold(&server, &redis).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let mut run = Box::pin(merger.run(ROOT.to_owned(), 1));
    assert!(poll!(&mut run).is_pending());
    // The flush before has no reply yet: only time can have started this one.
    eventually("the call is bound", async || sums.calls().len() == 1).await;
    held.release().await;
    run.await.unwrap();
}

#[tokio::test]
async fn a_full_batch_does_not_wait_for_the_flush_before() {
    for _ in 0..ROUNDS {
        if a_full_batch_goes_out_before_its_time().await {
            return;
        }
    }
    panic!("it was time that started the flush, each time");
}

/// Whether the hundredth operation started a flush, or else there had been time enough for one to start by itself.
async fn a_full_batch_goes_out_before_its_time() -> bool {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let held = hold(&server, &redis).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let mut runs = Box::pin(join_all((0..99).map(|i| merger.run(ROOT.to_owned(), i))));
    let started = Instant::now();
    assert!(poll!(&mut runs).is_pending());
    a_moment(&redis).await;
    let waiting = sums.calls().is_empty();
    if started.elapsed() >= MAX_DELAY {
        return false;
    }
    assert!(waiting, "99 wait for company");
    let mut last = Box::pin(merger.run(ROOT.to_owned(), 99));
    assert!(poll!(&mut last).is_pending());
    eventually("the hundredth starts the flush", async || sums.calls().len() == 1).await;
    if started.elapsed() >= MAX_DELAY {
        return false;
    }
    held.release().await;
    assert_eq!(runs.await.len(), 99);
    last.await.unwrap();
    true
}

#[tokio::test]
async fn no_call_and_no_flush_carries_more_than_a_hundred_operations() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.pipeline.max_delay_ms = 1_000;
            config.pipeline.max_in_flight = 1;
        })
        .await;
    let held = hold(&server, &redis).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let singles = join_all((0..30).map(|_| redis.call(bump("test:{single}", 1))));
    let runs = join_all((0..250).map(|i| merger.run(ROOT.to_owned(), i)));
    let mut all = Box::pin(async { tokio::join!(singles, runs) });
    assert!(poll!(&mut all).is_pending());
    held.release().await;
    let (singles, runs) = all.await;
    assert!(singles.into_iter().all(|result| result.is_ok()));
    assert!(runs.into_iter().all(|result| result.is_ok()));
    let sizes: Vec<usize> = sums.calls().iter().map(Vec::len).collect();
    // The first flush has room for 70 beside the thirty.
    assert_eq!(sizes, [70, 30, 70, 30, 50]);
    let in_order: Vec<i64> = sums.calls().concat();
    assert_eq!(in_order, (0..250).collect::<Vec<_>>(), "in the order in which they came");
}

#[tokio::test]
async fn items_of_different_keys_do_not_share_a_call() {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let held = hold(&server, &redis).await;
    let sums = Sums::default();
    let merger = redis.merger(sums.clone());
    let mut runs = Box::pin(join_all((0..10).map(|i| merger.run(format!("test:{{{}}}", i % 2), i))));
    assert!(poll!(&mut runs).is_pending());
    held.release().await;
    assert!(runs.await.into_iter().all(|result| result.is_ok()));
    assert_eq!(sums.calls(), [vec![0, 2, 4, 6, 8], vec![1, 3, 5, 7, 9]]);
}

#[tokio::test]
async fn one_call_that_fails_does_not_spoil_the_others_of_its_flush() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let mut calls: Vec<Call> = (0..10).map(|_| bump(ROOT, 1)).collect();
    calls[3] = Call::new("refuse_v1", ROOT);
    calls[7] = Call::new("no_such_function_v1", ROOT);
    let results = redis.call_all(calls).await;
    assert!(
        matches!(&results[3], Err(Error::Refused { code, .. }) if code == "LEASELOST"),
        "{:?}",
        results[3]
    );
    assert!(matches!(&results[7], Err(Error::Unavailable { .. })), "{:?}", results[7]);
    let sums: Vec<String> = results.iter().flatten().map(text).collect();
    assert_eq!(sums, ["1", "2", "3", "4", "5", "6", "7", "8"], "in order, each by itself");
}

#[tokio::test]
async fn a_batch_is_one_round_trip_however_large() {
    let server = TestServer::start();
    let redis = server.connect().await;
    assert!(redis.call_all(Vec::new()).await.is_empty());
    let results = redis.call_all((0..1_000).map(|_| bump(ROOT, 1)).collect()).await;
    assert_eq!(results.len(), 1_000);
    assert_eq!(text(results[999].as_ref().unwrap()), "1000");
}

#[tokio::test]
async fn a_merged_call_that_fails_fails_for_each_of_its_items() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let () = server.admin("CONFIG SET maxmemory 1");
    let merger = redis.merger(Sums::default());
    let results = join_all((0..5).map(|i| merger.run(ROOT.to_owned(), i))).await;
    assert!(results.iter().all(|result| matches!(result, Err(Error::OutOfMemory))), "{results:?}");
}

/// Decides when the flush starts; reports both.
struct Late {
    build: Option<Call>,
    events: Arc<Mutex<Vec<&'static str>>>,
    done: Option<oneshot::Sender<Result<Value, Error>>>,
}

impl LateCall for Late {
    fn build(&mut self) -> Option<Call> {
        self.events.lock().unwrap().push("build");
        self.build.take()
    }

    fn finish(mut self: Box<Self>, reply: Result<Value, Error>) {
        self.events.lock().unwrap().push("finish");
        self.done.take().unwrap().send(reply).unwrap();
    }
}

#[tokio::test]
async fn a_late_call_is_built_when_its_flush_starts_and_finished_once() {
    let server = TestServer::start();
    let redis = patient(&server).await;
    let held = hold(&server, &redis).await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let late = |build: Option<Call>| {
        let (done, reply) = oneshot::channel();
        (Box::new(Late { build, events: Arc::clone(&events), done: Some(done) }), reply)
    };
    let (nothing_to_do, unused) = late(None);
    let (with_call, reply) = late(Some(bump(ROOT, 5)));
    redis.call_late(nothing_to_do).unwrap();
    redis.call_late(with_call).unwrap();
    tokio::task::yield_now().await;
    assert!(events.lock().unwrap().is_empty(), "not before");
    held.release().await;
    assert_eq!(text(&reply.await.unwrap().unwrap()), "5");
    assert!(unused.await.is_err(), "never finished");
    assert_eq!(*events.lock().unwrap(), ["build", "build", "finish"]);
}

#[tokio::test]
async fn a_full_backlog_makes_callers_wait_and_then_rejects_them() {
    let server = TestServer::start();
    let redis = server
        .connect_with(|config| {
            config.pipeline.backlog = 10;
            config.pipeline.max_in_flight = 1;
            config.hot.response_timeout_ms = 300;
        })
        .await;
    let held = hold(&server, &redis).await;
    let mut calls = Box::pin(join_all((0..10).map(|_| redis.call(bump(ROOT, 1)))));
    assert!(poll!(&mut calls).is_pending());
    let (done, _reply) = oneshot::channel();
    let late = Late { build: None, events: Arc::default(), done: Some(done) };
    assert!(matches!(redis.call_late(Box::new(late)), Err(Error::Unavailable { .. })), "it never waits");
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    let () = server.admin("CLIENT UNPAUSE");
    drop((calls, held));
    eventually("there is room again", async || redis.call(bump(ROOT, 1)).await.is_ok()).await;
}

#[tokio::test]
async fn an_operation_that_panics_ends_nobody_else() {
    struct Faulty;
    impl LateCall for Faulty {
        fn build(&mut self) -> Option<Call> {
            panic!("a fault in one operation");
        }
        fn finish(self: Box<Self>, _: Result<Value, Error>) {}
    }
    let server = TestServer::start();
    let redis = server.connect().await;
    redis.call_late(Box::new(Faulty)).unwrap();
    redis.call(bump(ROOT, 1)).await.unwrap();
}
