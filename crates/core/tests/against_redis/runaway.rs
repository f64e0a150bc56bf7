//! A function that never ends: told, and ended where it is ours.

use std::path::Path;
use std::time::{Duration, Instant};

use waggle_core::config::RedisConfig;
use waggle_core::{Call, Error, NotReady, Redis, Target};

use crate::support::{ROOT, TestServer, echo, eventually, library};

const FOREIGN: &str =
    "#!lua name=foreign\nredis.register_function('spin_v1_of_others', function() while true do end end)";
const WRITES: &str = "#!lua name=writes\nredis.register_function('writes', function(keys) \
    redis.call('SET', keys[1], '1') local stop = redis.call('TIME')[1] + 8 \
    while tonumber(redis.call('TIME')[1]) < tonumber(stop) do end end)";

/// Ours are ended after five seconds.
const LONGER_THAN_OURS_S: f64 = 6.0;

fn busy_soon() -> TestServer {
    TestServer::with(&["--busy-reply-threshold", "20"])
}

async fn shared(server: &TestServer) -> Redis {
    let url = format!("redis+unix://{}", server.socket().display());
    let mut config = RedisConfig::default();
    config.hot.response_timeout_ms = 300;
    Redis::connect(&config, Target::Url(url), library()).await.unwrap()
}

/// Runs a command on a connection of its own; what came of it.
fn run(socket: &Path, words: &[&str]) -> std::thread::JoinHandle<redis::RedisResult<redis::Value>> {
    let url = format!("redis+unix://{}", socket.display());
    let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
    std::thread::spawn(move || {
        redis::cmd(&words[0]).arg(&words[1..]).query(&mut redis::Client::open(url)?.get_connection()?)
    })
}

fn load(server: &TestServer, source: &str) {
    run(&server.socket(), &["FUNCTION", "LOAD", source]).join().unwrap().unwrap();
}

async fn told(redis: &Redis, words: &str) {
    eventually("the check names what runs", async || {
        matches!(redis.check().await, Err(NotReady { code: "backend_busy", detail }) if detail.contains(words))
    })
    .await;
}

async fn works_again(redis: &Redis) {
    eventually("it works again", async || redis.call(echo("x")).await.is_ok()).await;
    eventually("it is ready", async || redis.check().await.is_ok()).await;
}

#[tokio::test]
async fn a_function_of_ours_that_never_ends_is_told_and_ended_on_a_shared_redis() {
    let server = busy_soon();
    let redis = shared(&server).await;
    let started = Instant::now();
    let spins = redis.clone();
    let spinning = tokio::spawn(async move { spins.call(Call::new("spin_v1", ROOT)).await });
    told(&redis, "spin_v1").await;
    works_again(&redis).await;
    assert!(started.elapsed() >= Duration::from_secs(5), "it was ended after {:?}", started.elapsed());
    assert!(spinning.await.unwrap().is_err());
}

#[tokio::test]
async fn whatever_never_ends_on_a_private_redis_is_ended() {
    let server = busy_soon();
    load(&server, FOREIGN);
    let redis = server.connect().await;
    for words in [&["FCALL", "spin_v1_of_others", "0"][..], &["EVAL", "while true do end", "0"]] {
        let spinning = run(&server.socket(), words);
        eventually("Redis is busy", async || matches!(redis.call(echo("x")).await, Err(Error::Busy { .. })))
            .await;
        told(&redis, if words[0] == "EVAL" { "a script" } else { "spin_v1_of_others" }).await;
        works_again(&redis).await;
        assert!(spinning.join().unwrap().is_err(), "it was ended");
    }
}

#[tokio::test]
async fn a_function_of_others_on_a_shared_redis_is_told_and_left_alone() {
    let server = busy_soon();
    load(&server, FOREIGN);
    let redis = shared(&server).await;
    let spinning = run(&server.socket(), &["FCALL", "spin_v1_of_others", "0"]);
    eventually("Redis is busy", async || matches!(redis.call(echo("x")).await, Err(Error::Busy { .. })))
        .await;
    // As long as the limit, and as many looks as would have ended it.
    eventually("it has run for longer than ours may", async || {
        let said = redis.check().await.err().map(|not_ready| not_ready.detail).unwrap_or_default();
        let seconds = said.split_once("spin_v1_of_others for ").and_then(|(_, rest)| rest.split_once(" s "));
        seconds.is_some_and(|(seconds, _)| seconds.parse::<f64>().unwrap() >= LONGER_THAN_OURS_S)
    })
    .await;
    assert!(!spinning.is_finished());
    let () = server.admin("FUNCTION KILL");
    works_again(&redis).await;
    assert!(spinning.join().unwrap().is_err());
}

#[tokio::test]
async fn what_has_written_is_told_and_waited_for() {
    let server = busy_soon();
    load(&server, WRITES);
    let redis = server.connect().await;
    let writing = run(&server.socket(), &["FCALL", "writes", "1", "k"]);
    eventually("Redis is busy", async || matches!(redis.call(echo("x")).await, Err(Error::Busy { .. })))
        .await;
    told(&redis, "writes").await;
    works_again(&redis).await;
    assert!(writing.join().unwrap().is_ok(), "nobody ended it");
}

#[tokio::test]
async fn a_user_who_may_not_ask_is_told_only_that_redis_is_busy() {
    let server = busy_soon();
    load(&server, FOREIGN);
    let _: String = server.admin("ACL SETUSER default -function|stats -function|kill");
    let redis = server.connect().await;
    let spinning = run(&server.socket(), &["FCALL", "spin_v1_of_others", "0"]);
    eventually("Redis is busy", async || matches!(redis.call(echo("x")).await, Err(Error::Busy { .. })))
        .await;
    told(&redis, "a script").await;
    assert!(!spinning.is_finished());
}
