//! What is left of a validation that was broken off.

use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use waggle_tests::{Mode, PATIENCE, Proxy, Service, Setup, signal, spawn, until, waggle};

use crate::suite::{PREFIX, alone, swarms, validate};

/// Far less than a request may take.
const AT_ONCE: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_validation_that_is_interrupted_removes_its_swarm() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    for (interrupt, status) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut command = Command::new(waggle());
        command.args(["validate", "--tests", "concurrent_load", "--url", &service.base()]);
        let child = spawn(&command).unwrap();
        until("its swarm is there", PATIENCE, async || !swarms(&service).await.is_empty()).await;
        signal(child.id(), interrupt);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(status), "{ended:?}");
        assert_eq!(swarms(&service).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once_though_nobody_answers() {
    const REMOVING: Duration = Duration::from_millis(300);
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    let proxy = Proxy::tcp("http", &service.address()).await;
    let mut command = Command::new(waggle());
    command.args(["validate", "--tests", "concurrent_load", "--url", proxy.url()]);
    let mut child = spawn(&command).unwrap();
    until("its swarm is there", PATIENCE, async || !swarms(&service).await.is_empty()).await;
    proxy.set(Mode::Blackhole);
    signal(child.id(), Signal::INT);
    // Nothing tells that it has begun to remove, so that this is the one wait for time: too short a one tests less.
    tokio::time::sleep(REMOVING).await;
    assert!(child.try_wait().unwrap().is_none(), "it waits for its swarm to be removed");
    signal(child.id(), Signal::INT);
    let asked = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
}

#[tokio::test]
async fn the_next_validation_removes_what_a_killed_one_has_left_and_nothing_else() {
    let _alone = alone().await;
    let service = Service::start(Setup::private());
    // Of the year 2024, as its id tells.
    let old = format!("{PREFIX}01900000-0000-7000-8000-000000000000");
    let mine = format!("{PREFIX}mine");
    for name in [&old, &mine] {
        service.client().put(&format!("/v1/swarms/{name}")).send().await.expect(201);
    }
    validate(&service, &service.base(), &["--tests", "batch_operations"]);
    assert_eq!(swarms(&service).await, [mine]);
}
