//! Wake-ups, and what is heard of an outage.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;
use waggle_core::{Redis, Wake};

use crate::support::TestServer;

const CHANNEL: &str = "wake:{one}";

async fn next(receiver: &mut Receiver<Wake>) -> Wake {
    timeout(Duration::from_secs(10), receiver.recv()).await.expect("no wake-up").unwrap()
}

/// Waits for `wanted`, past gaps of connecting.
async fn until(receiver: &mut Receiver<Wake>, wanted: &Wake) {
    while next(receiver).await != *wanted {}
}

fn message(payload: &'static str) -> Wake {
    Wake::Message { channel: CHANNEL.into(), payload: payload.into() }
}

fn listening() -> Wake {
    Wake::Listening { channel: CHANNEL.into() }
}

async fn listener(server: &TestServer) -> (Redis, Receiver<Wake>) {
    let redis = server.connect().await;
    let mut receiver = redis.wakeups().receiver();
    until(&mut receiver, &Wake::Gap).await;
    redis.wakeups().subscribe(CHANNEL.to_owned());
    until(&mut receiver, &listening()).await;
    (redis, receiver)
}

#[tokio::test]
async fn a_message_arrives_with_its_channel() {
    let server = TestServer::start();
    let (_redis, mut receiver) = listener(&server).await;
    let _: i64 = server.admin(&format!("SPUBLISH {CHANNEL} 3"));
    assert_eq!(next(&mut receiver).await, message("3"));
}

#[tokio::test]
async fn a_killed_subscriber_comes_back_by_itself_and_says_that_it_was_away() {
    let server = TestServer::start();
    let (_redis, mut receiver) = listener(&server).await;
    let killed: i64 = server.admin("CLIENT KILL TYPE pubsub");
    assert_eq!(killed, 1);
    assert_eq!(next(&mut receiver).await, Wake::Gap);
    // After the gap it listens: nothing published from now on is lost.
    assert_eq!(server.admin::<i64>(&format!("SPUBLISH {CHANNEL} back")), 1);
    assert_eq!(next(&mut receiver).await, message("back"));
}

#[tokio::test]
async fn a_restarted_redis_is_listened_to_again() {
    let mut server = TestServer::start();
    let (_redis, mut receiver) = listener(&server).await;
    server.kill();
    server.boot();
    assert_eq!(next(&mut receiver).await, Wake::Gap);
    assert_eq!(server.admin::<i64>(&format!("SPUBLISH {CHANNEL} back")), 1);
    assert_eq!(next(&mut receiver).await, message("back"));
}

#[tokio::test]
async fn an_unsubscribed_channel_is_silent_and_does_not_look_like_an_outage() {
    let server = TestServer::start();
    let (redis, mut receiver) = listener(&server).await;
    for _ in 0..20 {
        redis.wakeups().unsubscribe(CHANNEL);
        redis.wakeups().subscribe("wake:{other}".to_owned());
        tokio::task::yield_now().await;
        redis.wakeups().unsubscribe("wake:{other}");
        redis.wakeups().subscribe(CHANNEL.to_owned());
        until(&mut receiver, &listening()).await;
    }
    redis.wakeups().unsubscribe(CHANNEL);
    crate::support::eventually("nobody listens", async || {
        server.admin::<i64>(&format!("SPUBLISH {CHANNEL} x")) == 0
    })
    .await;
    while let Ok(wake) = receiver.try_recv() {
        assert_ne!(wake, Wake::Gap, "the connection was never lost");
    }
}

#[tokio::test]
async fn many_channels_are_subscribed_to_at_once() {
    let server = TestServer::start();
    let (redis, mut receiver) = listener(&server).await;
    for i in 0..1_000 {
        redis.wakeups().subscribe(format!("wake:{{{i}}}"));
    }
    let mut heard = 0;
    while heard < 1_000 {
        heard += usize::from(matches!(next(&mut receiver).await, Wake::Listening { .. }));
    }
    assert_eq!(server.admin::<i64>("SPUBLISH wake:{999} x"), 1);
}
