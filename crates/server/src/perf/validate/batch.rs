//! Batches: a hundred tasks a request, submitted, claimed and settled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ground::{Ground, histogram, micros};
use super::outcome::Found;
use super::{Broken, Test};
use crate::perf::judge::{Part, quantile_at_most, throughput_at_least};

/// Twice the 20 batches that are asked for: 60 requests are too few for an interval of their p95.
const BATCHES: usize = 40;
const TASKS: usize = 100;
/// Operations of a batch: each task is submitted, claimed and settled.
const OPERATIONS: u64 = 300;
const P95_MS: f64 = 200.0;
const PER_SECOND: f64 = 500.0;
const QUEUE: &str = "batches";
const AGENT: &str = "batch-worker";
/// For a task that was just submitted.
const WAIT: Duration = Duration::from_secs(5);

pub(super) async fn run(ground: &Arc<Ground>) -> Result<Found, Broken> {
    let (mut took, mut rates) = (Vec::with_capacity(3 * BATCHES), Vec::with_capacity(BATCHES));
    let mut settled = 0;
    for number in 0..BATCHES {
        let (times, count) = batch(ground, number).await?;
        let whole: Duration = times.iter().sum();
        rates.push(OPERATIONS * 1_000_000 / micros(whole).max(1));
        took.extend(times);
        settled += count;
    }
    let mut found = Found::default();
    let (took, rates) = (histogram(took.into_iter().map(micros)), histogram(rates));
    let (part, scale) = (Part::Throughput, ground.scale);
    found.judged.push(throughput_at_least(
        "throughput_per_s",
        part,
        scale.floor(Test::BatchOperations, PER_SECOND),
        Some(&rates),
    ));
    let part = Test::BatchOperations.part();
    found.judged.push(quantile_at_most(
        "batch_p95_ms",
        part,
        scale.ceiling(Test::BatchOperations, P95_MS),
        Some(&took),
    ));
    let submitted = BATCHES * TASKS;
    found.unless(settled == submitted, || format!("of {submitted} tasks {settled} were settled"));
    Ok(found)
}

/// How long each of its requests took, and how many tasks it settled.
async fn batch(ground: &Ground, number: usize) -> Result<([Duration; 3], usize), Broken> {
    let tasks: Vec<_> = (0..TASKS).map(|at| task(number * TASKS + at)).collect();
    let start = Instant::now();
    ground.submit_all(&tasks).await?;
    let submitted = Instant::now();
    let held = ground.claim(AGENT, QUEUE, TASKS, WAIT).await?;
    let claimed = Instant::now();
    let settled = ground.settle(AGENT, &held).await?;
    Ok(([submitted - start, claimed - submitted, claimed.elapsed()], settled))
}

fn task(number: usize) -> Value {
    json!({ "queue": QUEUE, "type": "step", "payload": { "n": number, "ask": "summarise what was found, in three sentences" } })
}
