use std::time::Duration;

use tokio::time::timeout;

use super::support::{Home, kill, one_line};
use crate::server::StartError;
use crate::server::crashes::MAX_CRASHES;

/// Fault: redis-killed
#[tokio::test]
async fn killed_it_comes_back_with_everything_it_acknowledged() {
    let home = Home::new();
    let redis = home.start().await;
    for round in 1..=3_i64 {
        let pid = home.answers(None).await;
        let mut connection = home.connect().await.unwrap();
        let acknowledged = round * 500;
        for expected in acknowledged - 499..=acknowledged {
            let count: i64 = redis::cmd("INCR").arg("count").query_async(&mut connection).await.unwrap();
            assert_eq!(count, expected);
        }
        kill(pid);
        home.answers(Some(pid)).await;
        assert_eq!(home.ask::<i64>("GET count").await, acknowledged);
    }
    redis.stop().await;
}

/// Fault: redis-killed
#[tokio::test]
async fn the_fifth_death_in_a_minute_is_the_last() {
    let home = Home::new();
    let redis = home.start().await;
    let mut before = None;
    for _ in 0..MAX_CRASHES {
        assert!(timeout(Duration::ZERO, redis.failed()).await.is_err(), "given up too early");
        let pid = home.answers(before).await;
        kill(pid);
        before = Some(pid);
    }
    let error = timeout(Duration::from_secs(20), redis.failed()).await.expect("it is given up");
    let text = one_line(&error);
    assert!(
        text.starts_with("the private Redis died 5 times within 60 s") && text.contains("signal: 9"),
        "{text}"
    );
    assert!(home.try_ask::<String>("PING").await.is_err(), "no other was started");
    assert!(matches!(redis.failed().await, StartError::KeepsDying { .. }), "and it can be asked again");
    redis.stop().await;
    home.start().await.stop().await;
}

#[tokio::test]
async fn a_stop_between_a_death_and_the_restart_leaves_nothing_running() {
    for _ in 0..5 {
        let home = Home::new();
        let redis = home.start().await;
        kill(home.answers(None).await);
        redis.stop().await;
        assert!(home.try_ask::<String>("PING").await.is_err());
        home.start().await.stop().await;
    }
}
