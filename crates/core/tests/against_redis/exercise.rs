//! The pool, exercised.

use crate::support::{TestServer, eventually};

#[tokio::test]
async fn a_pool_that_is_exercised_reuses_its_connections_and_keeps_to_its_maximum() {
    let server = TestServer::start();
    let redis = server.connect().await;
    let exercise = redis.exercise_pool(50).await;
    assert_eq!((exercise.max, exercise.acquired.len(), exercise.failed), (20, 1_000, 0));
    assert!(exercise.most.is_some_and(|most| most <= 20 && most > 5), "{:?}", exercise.most);
    assert!(exercise.created <= 20, "{}", exercise.created);
    assert!(exercise.reuse_ratio().unwrap() > 0.9, "{exercise:?}");
}

#[tokio::test]
async fn connections_beyond_the_maximum_are_counted_by_redis_and_not_by_the_pool() {
    let server = TestServer::start();
    let redis = server.connect().await;
    eventually("the pool has its minimum", async || redis.pool_status().size == 5).await;
    let listed = server.connections();
    let mut names =
        listed.iter().filter_map(|line| line.split(' ').find_map(|field| field.strip_prefix("name=")));
    let pool = names.find(|name| name.ends_with(":pool")).expect("the pool's connections have a name");
    let client = redis::Client::open(format!("unix://{}", server.socket().display())).unwrap();
    let mut leaked = client.get_connection().unwrap();
    let () = redis::cmd("CLIENT").arg("SETNAME").arg(pool).query(&mut leaked).unwrap();
    assert_eq!(redis.exercise_pool(1).await.most, Some(21));
    drop(leaked);
    eventually("it is not counted any more", async || redis.exercise_pool(1).await.most == Some(20)).await;
}

#[tokio::test]
async fn a_pool_without_a_redis_is_found_out() {
    let mut server = TestServer::start();
    let redis = server.connect_with(|config| config.pool.acquire_timeout_ms = 200).await;
    server.kill();
    let exercise = redis.exercise_pool(1).await;
    assert_eq!((exercise.acquired.len(), exercise.failed, exercise.most), (0, 20, None));
}
