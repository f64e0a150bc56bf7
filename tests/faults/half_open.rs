//! Clients whose machine is gone without a word: nobody says that the connection has ended.

use std::process::Command;
use std::time::Duration;

use waggle_tests::{Island, PATIENCE, Service, Setup, in_a_swarm_of, metric, task, until, waggle};

/// What is not acknowledged for so long is given up, and a sweep of the kernel's.
const GIVEN_UP: Duration = Duration::from_secs(60);

/// Fault: client-half-open
#[test]
fn a_client_that_vanished_is_found_out_and_what_it_was_given_comes_back() {
    let island = Island::new();
    let setup = Setup::private().flag("--insecure-no-auth").set("WAGGLE_SERVER__SSE_HEARTBEAT_MS", "1000");
    let service = Service::try_start(setup, &island.listen()).unwrap();
    in_a_swarm_of(&service, async |w| {
        let client = |words: &[&str], command: &[&str]| {
            let mut program = Command::new(waggle());
            program.args(words).args(["--url", w.client().base(), "--swarm", w.swarm()]).args(command);
            island.spawn(&program)
        };
        let mut clients = [client(&["events", "--follow"], &[]), client(&["agent", "run"], &["--", "cat"])];
        let says =
            async |series: &str, number: &str| metric(w.client(), series).await.as_deref() == Some(number);
        until("both are there", PATIENCE, async || {
            says("waggle_event_followers", "1").await && says("waggle_long_polls{kind=\"claim\"}", "1").await
        })
        .await;
        island.cut();
        for client in &mut clients {
            client.kill().unwrap();
            client.wait().unwrap();
        }
        let given = w.submit_id(task().lease_ms(5_000)).await;
        // Nobody knows yet that it goes to nobody.
        w.until_status(&given, "running").await;
        assert_eq!(w.until_status(&given, "ready").await["attempt"], 1);
        until("the reader of events is given up", GIVEN_UP, async || {
            says("waggle_event_followers", "0").await
        })
        .await;
        assert!(says("waggle_long_polls{kind=\"claim\"}", "0").await);
    });
}
