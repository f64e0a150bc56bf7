//! Stress: 1,000 agents that wait, and bursts of tasks.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::agents::{Receipt, Waiting};
use super::crowd::Crowd;
use super::ground::{Ground, histogram};
use super::outcome::Found;
use super::{Broken, Test};
use crate::perf::judge::{Part, at_once, quantile_at_most};

const AGENTS: usize = 1_000;
const BURST: usize = 500;
const P95_MS: f64 = 150.0;
/// From a burst to its last receipt.
const LAST: Duration = Duration::from_secs(20);
const QUEUE: &str = "stress";
const MICROS: u64 = 1_000;

pub(super) async fn run(ground: &Arc<Ground>) -> Result<Found, Broken> {
    let crowd = Crowd::before(ground).await?;
    let mut waiting = Waiting::gather(ground, AGENTS, QUEUE).await?;
    let together = crowd.grown(ground, AGENTS as u64).await?;
    let (mut found, mut took) = (Found::default(), Vec::new());
    for burst in 0..ground.scale.bursts {
        let tasks: Vec<_> = (0..BURST).map(|n| json!({ "queue": QUEUE, "payload": [burst, n] })).collect();
        let ids = ground.submit_all(&tasks).await?;
        let receipts = waiting.receive(BURST, LAST).await?;
        took.extend(receipts.iter().filter_map(assigned));
        check_holders(&mut found, &ids, &receipts);
    }
    let late = waiting.rest().len();
    found.unless(late == 0, || format!("{late} tasks were handed out that had a holder"));
    let took = histogram(took);
    let limit = ground.scale.ceiling(Test::Stress, P95_MS);
    found.judged.push(quantile_at_most("assignment_p95_ms", Test::Stress.part(), limit, Some(&took)));
    found.judged.push(at_once("concurrent_agents", Part::Throughput, AGENTS as u64, Some(together)));
    Ok(found)
}

/// From ready to held, in microseconds, both by the clock of Redis in milliseconds: on a machine that runs a thousand
/// clients as well, their own clocks would measure themselves.
fn assigned(receipt: &Receipt) -> Option<u64> {
    let held = &receipt.held;
    u64::try_from(held.started_at?.0 - held.created_at.0).ok().map(|millis| millis * MICROS)
}

/// Each task has exactly one holder.
fn check_holders(found: &mut Found, ids: &[String], receipts: &[Receipt]) {
    let mut holders: HashMap<&str, usize> = HashMap::new();
    for receipt in receipts {
        *holders.entry(receipt.held.id.as_str()).or_default() += 1;
    }
    let nobody = ids.iter().filter(|id| !holders.contains_key(id.as_str())).count();
    let several = holders.values().filter(|count| **count > 1).count();
    found.unless(nobody == 0, || format!("{nobody} tasks of a burst were received by nobody"));
    found.unless(several == 0, || format!("{several} tasks of a burst were received more than once"));
}
