//! Functions that are gone come back.

use futures_util::future::join_all;
use waggle_core::config::RedisConfig;
use waggle_core::{Library, Redis, Value};

use crate::support::{ROOT, Sums, TestServer, bump, library};

#[tokio::test]
async fn flushed_functions_are_loaded_once_and_the_calls_repeated() {
    let server = TestServer::start();
    // Many flushes on their way at once, all of which find the functions gone.
    let redis = server
        .connect_with(|config| {
            config.pipeline.max_operations = 5;
            config.pipeline.max_delay_ms = 0;
        })
        .await;
    let () = server.admin("FUNCTION FLUSH");
    let () = server.admin("CONFIG RESETSTAT");
    let merger = redis.merger(Sums::default());
    let calls = join_all((0..40).map(|_| redis.call(bump(ROOT, 1))));
    let items = join_all((0..40).map(|_| merger.run(ROOT.to_owned(), 1)));
    let (calls, items) = tokio::join!(calls, items);
    assert!(calls.iter().all(Result::is_ok), "{calls:?}");
    assert!(items.iter().all(Result::is_ok), "{items:?}");
    assert_eq!(server.admin::<i64>(&format!("GET {ROOT}")), 80, "each applied exactly once");
    let stats: String = server.admin("INFO commandstats");
    assert!(stats.contains("cmdstat_function|load:calls=1,"), "{stats}");
}

#[tokio::test]
async fn a_library_that_is_there_already_is_not_loaded_again() {
    let server = TestServer::start();
    drop(server.connect().await);
    let () = server.admin("CONFIG RESETSTAT");
    // Loading needs memory, finding it there does not.
    let () = server.admin("CONFIG SET maxmemory 1");
    drop(server.connect().await);
    let stats: String = server.admin("INFO commandstats");
    assert!(!stats.contains("cmdstat_function|load"), "{stats}");
}

#[tokio::test]
async fn a_library_with_another_source_is_replaced() {
    let server = TestServer::start();
    drop(server.connect().await);
    let changed = Library::join(
        "test",
        1,
        &[("test.lua", "redis.register_function('bump_v1', function() return 'changed' end)")],
    );
    let redis = Redis::connect(&RedisConfig::default(), server.target(), changed).await.unwrap();
    let reply = redis.call(bump(ROOT, 1)).await.unwrap();
    assert_eq!(reply, Value::BulkString(b"changed".to_vec()));
}

#[tokio::test]
async fn ensuring_loads_what_is_missing() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let () = server.admin("FUNCTION FLUSH");
    redis.ensure_functions().await.unwrap();
    let listed: String = format!("{:?}", server.admin::<Value>("FUNCTION LIST"));
    assert!(listed.contains(&library().name), "{listed}");
}
