//! Each way a call may end, provoked for real.

use std::time::Duration;

use tokio::time::Instant;
use waggle_core::{Call, Error, Outcome};

use crate::support::{ROOT, TestServer, bump, echo, eventually, text};

#[tokio::test]
async fn a_call_returns_what_the_function_returns() {
    let server = TestServer::start();
    let redis = server.connect().await;
    assert_eq!(text(&redis.call(bump(ROOT, 3)).await.unwrap()), "3");
    assert_eq!(text(&redis.call(echo("hello")).await.unwrap()), "hello");
}

#[tokio::test]
async fn a_functions_own_error_word_is_a_refusal() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let error = redis.call(Call::new("refuse_v1", ROOT)).await.unwrap_err();
    let Error::Refused { code, detail } = &error else { panic!("{error:?}") };
    assert_eq!((code.as_str(), detail.as_str()), ("LEASELOST", "fence 1 was overtaken"));
    assert_eq!(error.outcome(), Outcome::Rejected);
}

#[tokio::test]
async fn a_function_that_crashed_half_way_has_an_unknown_outcome() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let error = redis.call(Call::new("crash_v1", ROOT)).await.unwrap_err();
    assert!(matches!(error, Error::Internal { .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(server.admin::<i64>(&format!("GET {ROOT}")), 1, "it had written before");
    let error = redis.call(Call::new("wrong_type_v1", ROOT)).await.unwrap_err();
    assert!(matches!(error, Error::Internal { .. }), "{error:?}");
}

#[tokio::test]
async fn a_full_memory_is_told_apart() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let () = server.admin("CONFIG SET maxmemory 1");
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::OutOfMemory), "{error:?}");
    let () = server.admin("CONFIG SET maxmemory 0");
    redis.call(bump(ROOT, 1)).await.unwrap();
}

#[tokio::test]
async fn a_replica_refuses_and_its_connection_is_given_up() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.min = 0).await;
    let () = server.admin("REPLICAOF 127.0.0.1 1");
    let hot = || {
        server
            .connections()
            .iter()
            .filter(|line| line.contains("cmd=fcall"))
            .map(|line| id(line))
            .collect::<Vec<_>>()
    };
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    let () = server.admin("REPLICAOF NO ONE");
    let before = hot();
    redis.call(bump(ROOT, 1)).await.unwrap();
    assert_ne!(hot(), before, "behind the same address may by now be another server");
}

/// The first field of a line of `CLIENT LIST`.
fn id(line: &str) -> String {
    line.split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn too_few_replicas_refuse_certainly() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let () = server.admin("CONFIG SET min-replicas-to-write 1");
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_told_apart() {
    let server = TestServer::with(&["--save", "3600 1", "--rdb-key-save-delay", "0"]);
    let redis = server.connect().await;
    redis.call(bump(ROOT, 1)).await.unwrap();
    // A directory in the place of the snapshot cannot be renamed over.
    std::fs::create_dir(server.socket().with_file_name("dump.rdb")).unwrap();
    std::fs::write(server.socket().with_file_name("dump.rdb").join("full"), "").unwrap();
    let _: String = server.admin("BGSAVE");
    eventually("the snapshot fails", async || {
        server.admin::<String>("INFO persistence").contains("rdb_last_bgsave_status:err")
    })
    .await;
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Disk), "{error:?}");
}

#[tokio::test]
async fn a_script_that_runs_for_ever_makes_redis_busy_not_silent() {
    let server = TestServer::with(&["--busy-reply-threshold", "20"]);
    let redis = server.connect_with(|config| config.pipeline.max_delay_ms = 0).await;
    let spinning = tokio::spawn({
        let redis = redis.clone();
        async move { redis.call(Call::new("spin_v1", ROOT)).await }
    });
    eventually("Redis is busy", async || {
        matches!(redis.exclusive().await, Err(Error::Unavailable { .. }))
            || matches!(redis.call(echo("x")).await, Err(Error::Busy { .. } | Error::Unknown { .. }))
    })
    .await;
    let other = server.connect_error().await;
    assert!(matches!(other, Error::Busy { .. }), "{other:?}");
    let () = server.admin("FUNCTION KILL");
    let _ = spinning.await;
}

#[tokio::test]
async fn a_reply_that_does_not_come_in_time_is_unknown_and_the_call_may_have_run() {
    let server = TestServer::start();
    let redis = server.connect_with(|config| config.hot.response_timeout_ms = 100).await;
    let () = server.admin("CLIENT PAUSE 60000 WRITE");
    let started = Instant::now();
    let error = redis.call(bump(ROOT, 1)).await.unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    let () = server.admin("CLIENT UNPAUSE");
}

#[tokio::test]
async fn a_connection_lost_after_the_write_is_unknown() {
    let mut server = TestServer::start();
    let redis = server.connect().await;
    let () = server.admin("CLIENT PAUSE 60000 WRITE");
    let call = tokio::spawn({
        let redis = redis.clone();
        async move { redis.call(bump(ROOT, 1)).await }
    });
    eventually("the call is with Redis", async || server.holds_a_call()).await;
    server.kill();
    let error = call.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Unknown { .. }), "{error:?}");
}

#[tokio::test]
async fn a_redis_that_is_gone_rejects_and_one_that_is_back_serves() {
    let mut server = TestServer::start();
    let redis = server.connect().await;
    server.kill();
    eventually("the loss is noticed", async || {
        matches!(redis.call(bump(ROOT, 1)).await, Err(Error::Unavailable { .. }))
    })
    .await;
    server.boot();
    eventually("calls succeed again", async || redis.call(bump(ROOT, 1)).await.is_ok()).await;
}
