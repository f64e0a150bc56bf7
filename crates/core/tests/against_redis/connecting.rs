//! What is refused before anything begins.

use waggle_core::config::RedisConfig;
use waggle_core::handle::Mode;
use waggle_core::{Error, Redis, Target};

use crate::support::{ROOT, TestServer, bump, free_ports, library};

async fn refused(target: Target) -> String {
    let error = Redis::connect(&RedisConfig::default(), target, library()).await.err().unwrap();
    assert!(matches!(error, Error::Unavailable { .. } | Error::Access { .. }), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn nobody_there_is_said_plainly() {
    let port = free_ports(1)[0];
    let sentence = refused(Target::Url(format!("redis://127.0.0.1:{port}"))).await;
    assert!(sentence.contains("refused"), "{sentence}");
}

#[tokio::test]
async fn an_address_that_does_not_parse_names_the_setting_and_not_the_password() {
    let sentence = refused(Target::Url("redis//user:hunter2@host".to_owned())).await;
    assert!(sentence.contains("redis.url") && !sentence.contains("hunter2"), "{sentence}");
}

#[tokio::test]
async fn a_url_with_user_password_and_database_is_used() {
    let port = free_ports(1)[0];
    let server = TestServer::with(&["--port", &port.to_string()]);
    let () = server.admin("ACL SETUSER bee on >hunter2 ~* &* +@all");
    let url = format!("redis://bee:hunter2@127.0.0.1:{port}/3");
    let redis = Redis::connect(&RedisConfig::default(), Target::Url(url), library()).await.unwrap();
    redis.call(bump(ROOT, 1)).await.unwrap();
    assert_eq!(redis.mode(), Mode::Single);
    let clients = server.connections();
    assert!(clients.iter().any(|line| line.contains("user=bee") && line.contains("db=3")), "{clients:?}");
    let sentence = refused(Target::Url(format!("redis://bee:wrong@127.0.0.1:{port}"))).await;
    assert!(sentence.contains("WRONGPASS") && !sentence.contains("wrong@"), "{sentence}");
}
