//! What is left of a validation that was broken off.

use std::process::Command;

use rustix::process::Signal;
use waggle_tests::{PATIENCE, Service, Setup, signal, spawn, until, waggle};

use crate::suite::{PREFIX, alone, swarms, validate};

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
