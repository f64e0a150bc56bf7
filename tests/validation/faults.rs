//! A fault each, and the one test that finds it.

use std::time::Duration;

use waggle_core::Library;
use waggle_task_queue::library;
use waggle_tests::{FaultyAnswers, Mode, Proxy, RedisServer, Service, Setup};

use crate::suite::{Found, alone, alone_blocking, validate};

#[track_caller]
fn assert_only(found: &Found, test: &str) {
    assert_eq!((found.failed(), found.status), (vec![test], Some(1)), "{found:#?}");
}

#[tokio::test]
async fn a_proxy_that_adds_120_ms_fails_the_assignment_latency_alone() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let proxy = Proxy::tcp("http", &service.address()).await;
    proxy.set(Mode::Late(Duration::from_millis(120)));
    let strict = ["--strict", "task_assignment_latency"];
    assert_only(&validate(&service, proxy.url(), &strict), "task_assignment_latency");
}

#[test]
fn a_service_that_does_not_compress_fails_compression_alone() {
    let _alone = alone_blocking();
    let off = Setup::private().set("WAGGLE_REDIS__CODEC__THRESHOLD_BYTES", "67108864");
    let service = Service::start(off);
    assert_only(&validate(&service, &service.base(), &[]), "compression");
}

#[tokio::test]
async fn a_service_that_answers_5_percent_with_500_fails_the_load_alone() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let faulty = FaultyAnswers::of(&service.base(), 20).await;
    assert_only(&validate(&service, faulty.url(), &[]), "concurrent_load");
}

#[test]
fn a_service_without_a_fence_fails_errors_and_recovery_alone() {
    const FENCE: &str = "if s[1] ~= 'running' or s[2] ~= token or now >= tonumber(s[3]) then";
    let _alone = alone_blocking();
    let redis = RedisServer::start();
    let service = Service::start(Setup::redis(&redis));
    let Library { source, .. } = library();
    assert_eq!(source.matches(FENCE).count(), 1, "the library has the rule");
    let broken = source.replace(FENCE, "if s[1] ~= 'running' then");
    let _: String = redis.command(&["FUNCTION", "LOAD", "REPLACE", &broken]).unwrap();
    let found = validate(&service, &service.base(), &[]);
    assert_only(&found, "errors_and_recovery");
    assert!(
        found.json.to_string().contains("an ended lease completed its task: answered with 200"),
        "{found:#?}"
    );
}
