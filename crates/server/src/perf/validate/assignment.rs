//! Task assignment: tasks at a steady rate to agents that wait, from the send of the submit to the receipt by an agent.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::agents::Waiting;
use super::ground::{Ground, histogram, micros};
use super::outcome::Found;
use super::{Broken, Test};
use crate::perf::judge::quantile_at_most;

const AGENTS: usize = 50;
const TASKS: usize = 500;
/// 100 a second.
const EVERY: Duration = Duration::from_millis(10);
const P95_MS: f64 = 100.0;
/// From the last submit to the last receipt.
const LAST: Duration = Duration::from_secs(10);
const QUEUE: &str = "assignment";

pub(super) async fn run(ground: &Arc<Ground>) -> Result<Found, Broken> {
    let mut waiting = Waiting::gather(ground, AGENTS, QUEUE).await?;
    let sent = submit_steadily(ground).await?;
    let mut receipts = waiting.receive(TASKS, LAST).await?;
    receipts.extend(waiting.rest());
    let mut arrived: HashMap<usize, Vec<Instant>> = HashMap::new();
    for receipt in &receipts {
        let number = receipt.held.payload["n"].as_u64().and_then(|n| usize::try_from(n).ok());
        let number = number.ok_or_else(|| Broken::new("a task came with another payload"))?;
        arrived.entry(number).or_default().push(receipt.at);
    }
    let first =
        |(number, at): (&usize, &Vec<Instant>)| Some(at.iter().min()?.duration_since(*sent.get(*number)?));
    let took = histogram(arrived.iter().filter_map(first).map(micros));
    let mut found = Found::default();
    let part = Test::TaskAssignmentLatency.part();
    let limit = ground.scale.ceiling(Test::TaskAssignmentLatency, P95_MS);
    found.judged.push(quantile_at_most("assignment_p95_ms", part, limit, Some(&took)));
    found.unless(arrived.len() == TASKS, || format!("of {TASKS} tasks {} were received", arrived.len()));
    let twice = arrived.values().filter(|at| at.len() > 1).count();
    found.unless(twice == 0, || format!("{twice} tasks were received more than once"));
    Ok(found)
}

/// Submits at a steady rate whatever the answers take; when each was sent.
async fn submit_steadily(ground: &Arc<Ground>) -> Result<Vec<Instant>, Broken> {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sent, mut answers) = (Vec::with_capacity(TASKS), JoinSet::new());
    for number in 0..TASKS {
        ticks.tick().await;
        let ground = Arc::clone(ground);
        sent.push(Instant::now());
        answers.spawn(
            async move { ground.submit(&json!({ "queue": QUEUE, "payload": { "n": number } })).await },
        );
    }
    while let Some(answer) = answers.join_next().await {
        answer.map_err(|error| Broken::new(error.to_string()))??;
    }
    Ok(sent)
}
