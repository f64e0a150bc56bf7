//! `waggle doctor`.

use std::process::Output;
use std::sync::Arc;

use serde_json::Value;
use waggle_tests::{RedisServer, Service, Setup};

const TASK: &str = "0193a0de-0000-7000-8000-000000000000";
/// No sweep takes it away meanwhile.
const FAR_AWAY: &str = "9999999999999";

fn doctor(setup: &Setup, flags: &[&str]) -> (Option<i32>, String) {
    let data_dir = setup.data_dir().display().to_string();
    let Output { status, stdout, stderr } =
        setup.run(&[&["doctor", "--data-dir", &data_dir], flags].concat());
    assert_eq!(String::from_utf8(stderr).unwrap(), "", "findings go to standard output");
    (status.code(), String::from_utf8(stdout).unwrap())
}

fn submit(service: &Service) {
    let base = service.base();
    let ended = service.setup().run(&["task", "submit", "--text", "hello", "--url", &base]);
    assert!(ended.status.success(), "{ended:?}");
}

#[test]
fn a_healthy_service_is_found_healthy_while_it_runs_and_while_it_rests() {
    let service = Service::start(Setup::private());
    submit(&service);
    for flags in [&[][..], &["--audit"]] {
        let (status, text) = doctor(service.setup(), flags);
        assert_eq!(status, Some(0), "{text}");
        assert!(text.lines().all(|line| line.starts_with("ok")), "{text}");
        assert_eq!(text.contains("every invariant holds"), !flags.is_empty(), "{text}");
    }
    service.terminate();
    assert!(service.ended().success());
    let (status, text) = doctor(service.setup(), &["--audit"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("1 tasks") && text.contains("every invariant holds"), "{text}");
}

#[test]
fn a_corrupted_index_is_named() {
    for (damage, findings) in [
        (format!("ZADD wg:{{default}}:leases {FAR_AWAY} {TASK}"), ["dangling", TASK]),
        (format!("ZADD wg:{{default}}:x:failed {FAR_AWAY} {TASK}"), ["dangling", TASK]),
        ("HINCRBY wg:{default}:q:default ready>running 1".to_owned(), ["counts", "default"]),
        ("DEL wg:{default}:r5:default".to_owned(), ["not_indexed", "ready"]),
        ("SET wg:{default}:nobody:knows 1".to_owned(), ["unknown_key", "nobody"]),
    ] {
        let service = Service::start(Setup::private());
        submit(&service);
        let _: Vec<i64> = damaged(&service, &damage);
        let (status, text) = doctor(service.setup(), &["--audit"]);
        assert_eq!(status, Some(1), "{damage}: {text}");
        let found: Vec<_> =
            text.lines().filter(|line| line.starts_with("failed") && line.contains(findings[0])).collect();
        assert!(found.iter().any(|line| line.contains(findings[1])), "{damage}: {text}");
        let (status, text) = doctor(service.setup(), &[]);
        assert_eq!(status, Some(0), "without --audit nobody looks: {text}");
    }
}

fn damaged(service: &Arc<Service>, command: &str) -> Vec<i64> {
    if command.starts_with("SET") {
        let _: Vec<String> = service.redis(command);
        return Vec::new();
    }
    service.redis(command)
}

#[test]
fn a_program_gets_one_json_object() {
    let service = Service::start(Setup::private());
    let (status, text) = doctor(service.setup(), &["--json", "--audit"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &report["ok"]), (Some(0), &Value::Bool(true)), "{text}");
    let names: Vec<_> =
        report["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
    for name in ["redis", "eviction", "persistence", "functions", "keyspace", "audit"] {
        assert!(names.contains(&name), "{name}: {text}");
    }
}

#[test]
fn what_is_wrong_with_a_redis_is_said_and_ends_with_status_1() {
    let redis = RedisServer::start();
    let () = redis.query("CONFIG SET maxmemory-policy volatile-lru");
    let (status, text) = doctor(&Setup::redis(&redis), &[]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.lines().any(|line| line.starts_with("failed") && line.contains("volatile-lru")), "{text}");
    redis.kill();
    let (status, text) = doctor(&Setup::redis(&redis), &[]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("redis.url"), "{text}");
}

#[test]
fn a_directory_without_data_is_a_finding_and_stays_as_it_was() {
    let setup = Setup::private();
    let data_dir = setup.data_dir();
    for made in [false, true] {
        if made {
            std::fs::create_dir_all(&data_dir).unwrap();
        }
        let held = || std::fs::read_dir(&data_dir).map(Iterator::count).ok();
        let before = held();
        let (status, text) = doctor(&setup, &[]);
        assert_eq!(status, Some(1), "{text}");
        for part in ["no data of Waggle", "appendonly.aof.manifest", "--data-dir", "waggle serve"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(held(), before, "{text}");
    }
}
