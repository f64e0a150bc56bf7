//! Builds with one bug each: the checker has to find it, and to name the promise that is broken.

use waggle_tests::in_a_swarm_of;

use super::fault::Fault;
use super::load::{DRAIN, run};
use super::nemesis::strike_blindly;
use super::stage::Stage;

/// How long what is left may need where a bug may keep it for ever.
const DRAIN_OF_BUGS: std::time::Duration = std::time::Duration::from_secs(8);
/// How often a load comes that has to meet a bug.
const ROUNDS: usize = 5;
/// Time for the load to meet the bug: faults that break nothing.
const CALM: [Fault; 4] = [Fault::ClientsHungUp; 4];

/// One of these invariants has to be named. A load may pass a bug by: it comes again.
fn finds(bug: &str, invariants: &[&str]) {
    let stage = Stage::new(Some(bug));
    in_a_swarm_of(&stage.servers[0].clone(), async |w| {
        let mut shown = Vec::new();
        for round in 0..ROUNDS {
            // Not in the swarm that the audit looks at: it is the checker that has to find it.
            let broken = w.beside(&format!("broken-{bug}-{round}").replace('_', "-"));
            broken.put("").send().await.expect(201);
            let found = run(&stage, &broken, strike_blindly(&stage, &broken, &CALM), DRAIN_OF_BUGS).await;
            let is_named =
                |invariant: &&str| found.findings.iter().any(|found| found.invariant.starts_with(*invariant));
            if invariants.iter().any(is_named) {
                return;
            }
            shown = found.findings.iter().take(5).map(ToString::to_string).collect();
        }
        panic!("{bug} was not found in {ROUNDS} rounds: {shown:?}");
    });
}

macro_rules! bugs {
    ($($bug:ident: $invariants:expr),+ $(,)?) => { $(
        #[test]
        fn $bug() {
            finds(stringify!($bug), &$invariants);
        }
    )+ };
}

bugs! {
    fence_ignored: ["I5", "L1"],
    acknowledged_before_written: ["I1"],
    task_lost_on_disconnect: ["I7"],
    lease_never_reaped: ["I7"],
    idempotency_forgotten: ["I2"],
    event_without_cause: ["E1"],
    message_acknowledged_by_another: ["I8"],
}

#[test]
fn without_a_bug_the_same_load_holds() {
    let stage = Stage::new(None);
    in_a_swarm_of(&stage.servers[0].clone(), async |w| {
        let found = run(&stage, &w, strike_blindly(&stage, &w, &CALM), DRAIN).await;
        assert!(found.findings.is_empty(), "{:#?}", found.findings);
    });
}
