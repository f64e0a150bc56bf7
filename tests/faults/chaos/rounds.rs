//! One swarm after the other, each with faults by a seed of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use waggle_tests::{PATIENCE, World, in_a_swarm_of, until};

use super::fault::{Fault, draw};
use super::load::{self, DRAIN};
use super::memory::Memory;
use super::nemesis::strike;
use super::report::Report;
use super::stage::Stage;
use crate::mixed::Mixed;

/// Of each swarm.
const FAULTS: usize = 12;
/// What is promised of the time from the end of a fault until both servers do all their work again.
const RECOVERY: Duration = Duration::from_secs(5);
/// The same on a machine that may be slow and runs other tests meanwhile.
const RECOVERY_IN_A_CROWD: Duration = Duration::from_secs(15);
/// Findings that are shown; all of them are kept.
const SHOWN: usize = 20;

/// One swarm; its data is gone afterwards.
fn round(stage: &Stage, seed: u64, report: &mut Report) {
    report.begin(seed);
    let faults = draw(seed, FAULTS);
    let (mut operations, mut swarm) = (0, String::new());
    in_a_swarm_of(&stage.servers[0].clone(), async |w| {
        w.swarm().clone_into(&mut swarm);
        operations = if seed % 2 == 1 {
            plain(stage, &w, &faults, report).await
        } else {
            mixed(stage, &w, seed, &faults, report).await
        };
    });
    forget(stage, &swarm);
    report.held(operations, Memory::of(stage));
}

/// Tasks and messages; how many operations there were.
async fn plain(stage: &Stage, w: &World, faults: &[Fault], report: &mut Report) -> usize {
    let judged = load::run(stage, w, strike(stage, w, faults, report), DRAIN).await;
    let shown: Vec<_> = judged.findings.iter().take(SHOWN).map(ToString::to_string).collect();
    assert!(shown.is_empty(), "{faults:?}:\n{}", shown.join("\n"));
    judged.operations
}

/// All kinds of tasks.
async fn mixed(stage: &Stage, w: &World, seed: u64, faults: &[Fault], report: &mut Report) -> usize {
    let goes_on = AtomicBool::new(true);
    let nemesis = async {
        strike(stage, w, faults, report).await;
        goes_on.store(false, Ordering::Relaxed);
    };
    let load = Mixed { submitters: 4, tasks: 20, agents: 8, seed };
    load.run_on(&stage.worlds(w), nemesis, &goes_on, stage.shim.clock()).await.events().len()
}

fn forget(stage: &Stage, swarm: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = stage.servers[0].client();
        client.delete(&format!("/v1/swarms/{swarm}")).send().await.expect(202);
        until("nothing of it is left", PATIENCE, async || {
            stage.redis.query::<Vec<String>>(&format!("KEYS wg:{{{swarm}}}:*")).is_empty()
        })
        .await;
    });
}

/// Fault: many-at-once
#[test]
fn faults_drawn_by_fixed_seeds_break_no_promise() {
    let (stage, mut report) = (Stage::new(None), Report::new(RECOVERY_IN_A_CROWD));
    for seed in 1..=8 {
        round(&stage, seed, &mut report);
    }
    eprintln!("{report}");
}

/// `make chaos MINUTES=10 SEED=1`.
///
/// Fault: many-at-once
#[test]
#[ignore = "as long as CHAOS_MINUTES says: make chaos"]
fn for_minutes() {
    let number =
        |name: &str, or: u64| std::env::var(name).ok().and_then(|word| word.parse().ok()).unwrap_or(or);
    let (minutes, first) = (number("CHAOS_MINUTES", 10), number("CHAOS_SEED", 1));
    let (stage, mut report) = (Stage::new(None), Report::new(RECOVERY));
    for seed in first.. {
        if report.elapsed() >= Duration::from_secs(60 * minutes) {
            break;
        }
        round(&stage, seed, &mut report);
    }
    report.assert_memory_is_flat();
    report.assert_enough(minutes);
    eprintln!("{report}");
}
