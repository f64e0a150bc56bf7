use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use waggle_tests::{PATIENCE, Service, Setup, World, in_a_swarm_of, narrow, task, until};

/// More than the buffers of both sockets take, in thousands.
const TASKS: usize = 60;

async fn followers(w: &World) -> String {
    let text = w.client().get("/metrics").send().await.text;
    let line = text.lines().find_map(|line| line.strip_prefix("waggle_event_followers "));
    line.unwrap_or_default().to_owned()
}

/// Fault: reader-slow
#[test]
fn a_reader_that_takes_nothing_is_cut_off() {
    let setup = Setup::private().set("WAGGLE_SERVER__WRITE_TIMEOUT_MS", "1000");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let mut stream = narrow(&w, "/events?kind=task.submitted", "").await;
        until("it follows", PATIENCE, async || followers(&w).await == "1").await;
        let mut told = 0;
        while told < 1_000 * TASKS && followers(&w).await == "1" {
            w.submit_many((0..1_000).map(|_| task().queue("never"))).await;
            told += 1_000;
        }
        until("nobody follows any more", PATIENCE, async || followers(&w).await == "0").await;
        let mut text = Vec::new();
        let rest = timeout(Duration::from_secs(20), stream.read_to_end(&mut text)).await;
        rest.expect("the connection is closed").unwrap_or_default();
        let seen = String::from_utf8_lossy(&text).matches("event: task.submitted").count();
        assert!(seen > 0 && seen < told, "{seen} of {told}: the rest was never kept for it");
    });
}
