//! `waggle migrate`, and the service that waits for it.

use waggle_tests::{RedisServer, Service, Setup};

const LEDGER: &str = "wg:{*}:ledger";

fn migrate(setup: &Setup, flags: &[&str]) -> (Option<i32>, String, String) {
    let ended = setup.run(&[&["migrate"], flags].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn there_is_nothing_to_do_where_the_service_has_begun_the_keys() {
    let service = Service::start(Setup::private());
    let data_dir = service.setup().data_dir().display().to_string();
    let (status, _, error) = migrate(service.setup(), &["--data-dir", &data_dir]);
    assert_eq!(status, Some(2), "{error}");
    assert!(error.contains("in use") && error.lines().count() == 1, "while the service runs: {error}");
    service.terminate();
    assert!(service.ended().success());
    let (status, text, error) = migrate(service.setup(), &["--data-dir", &data_dir]);
    assert_eq!((status, error.as_str()), (Some(0), ""));
    assert!(text.contains("nothing to do"), "{text}");
}

#[test]
fn keys_of_an_older_version_are_refused_until_they_are_migrated() {
    let redis = RedisServer::start();
    let () = redis.query("SET wg:{default}:t:0193a0de-0000-7000-8000-000000000000 x");
    let Err(ended) = Service::try_start(Setup::redis(&redis), "127.0.0.1:0") else { panic!("it starts") };
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("waggle migrate") && ended.stderr.lines().count() == 1, "{}", ended.stderr);
    let () = redis.query("DEL wg:{default}:t:0193a0de-0000-7000-8000-000000000000");

    let (status, text, error) = migrate(&Setup::redis(&redis), &[]);
    assert_eq!((status, error.as_str()), (Some(0), ""), "{text}");
    assert!(Service::try_start(Setup::redis(&redis), "127.0.0.1:0").is_ok());
}

#[test]
fn keys_of_a_newer_version_are_left_alone() {
    let redis = RedisServer::start();
    drop(Service::start(Setup::redis(&redis)));
    let () = redis.query(&format!("HSET {LEDGER} version 99"));
    let Err(ended) = Service::try_start(Setup::redis(&redis), "127.0.0.1:0") else { panic!("it starts") };
    assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("version 99") && ended.stderr.contains("newer waggle"), "{}", ended.stderr);
    let (status, _, error) = migrate(&Setup::redis(&redis), &[]);
    assert_ne!(status, Some(0));
    assert!(error.contains("99") && error.lines().count() == 1, "{error}");
    let version: String = redis.query(&format!("HGET {LEDGER} version"));
    assert_eq!(version, "99");
}
