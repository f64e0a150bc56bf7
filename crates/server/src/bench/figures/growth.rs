use std::sync::Arc;

use crate::bench::figures::batch::submit_batch;
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, Subject, drive};
use crate::bench::load::operations::{self, Load};
use crate::bench::load::request;
use crate::bench::load::scale::Scale;
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::{Programs, Service};

const QUEUE: &str = "growth";
/// Fewer than for single operations: latency rather than the length of the line before the service.
const CONNECTIONS: usize = 16;
/// Submits, then as many claims, before the next level's turn, so that a level stays what it says.
const STRIDE: u64 = 500;
const FILL_CONNECTIONS: usize = 4;
const FILL_BATCH: u64 = 500;
/// Fewer tasks than this say more about Redis's buffers than about tasks.
const MEMORY_LEVEL: u64 = 100_000;

/// A service with so many tasks queued.
struct Level {
    service: Service,
    queued: u64,
    bytes_a_task: f64,
    submits: Vec<Cost>,
    claims: Vec<Cost>,
    submit_waits: Waits,
    claim_waits: Waits,
}

/// What submits and claims cost while many tasks are queued, and what a queued task takes of Redis's memory.
/// The levels are services of their own, which take turns.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let mut levels = Vec::new();
    for &queued in scale.queued {
        levels.push(Level::fill(programs.waggle().await?, queued).await?);
    }
    for round in 0..=scale.rounds {
        progress::say(&format!("growth, round {round} of {}", scale.rounds));
        for level in &mut levels {
            level.turn(scale.growth_operations, round > 0).await?;
        }
    }
    let figures = figures(&levels);
    for level in levels {
        level.service.stop().await?;
    }
    Ok(figures)
}

impl Level {
    async fn fill(service: Service, queued: u64) -> anyhow::Result<Level> {
        progress::say(&format!("growth: queueing {queued} tasks"));
        // One lifecycle first: what comes into being on first use is not counted for the tasks.
        exercise(service.subject(), 1).await?;
        let before = service.settled_info().await?.used_memory()?;
        fill(service.subject(), queued).await?;
        let after = service.settled_info().await?.used_memory()?;
        Ok(Level {
            service,
            queued,
            bytes_a_task: ratio(after.saturating_sub(before), queued),
            submits: Vec::new(),
            claims: Vec::new(),
            submit_waits: Waits::new(),
            claim_waits: Waits::new(),
        })
    }

    async fn turn(&mut self, operations: u64, counted: bool) -> anyhow::Result<()> {
        self.service.settled_info().await?;
        let subject = self.service.subject();
        let load = Load { connections: CONNECTIONS, operations: STRIDE, queue: QUEUE };
        let (submit_waits, claim_waits) = if counted {
            (self.submit_waits.clone(), self.claim_waits.clone())
        } else {
            (Waits::new(), Waits::new())
        };
        let (mut submits, mut claims): (Option<Cost>, Option<Cost>) = (None, None);
        for _ in 0..operations.div_ceil(STRIDE) {
            let submit = operations::submit(subject, load, &submit_waits).await?;
            let (claim, held) = operations::claim(subject, load, &claim_waits).await?;
            operations::complete(subject, CONNECTIONS, &held, &Waits::new()).await?;
            submits = Some(submits.map_or(submit, |sum| sum.and(&submit)));
            claims = Some(claims.map_or(claim, |sum| sum.and(&claim)));
        }
        if counted {
            self.submits.extend(submits);
            self.claims.extend(claims);
        }
        Ok(())
    }
}

async fn exercise(subject: Subject, operations: u64) -> anyhow::Result<()> {
    let load = Load { connections: 1, operations, queue: QUEUE };
    let waits = Waits::new();
    operations::submit(subject, load, &waits).await?;
    let (_, held) = operations::claim(subject, load, &waits).await?;
    operations::complete(subject, 1, &held, &waits).await?;
    Ok(())
}

/// Queues so many tasks.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn fill(subject: Subject, tasks: u64) -> anyhow::Result<()> {
    let batch = FILL_BATCH.min(tasks);
    let request: Arc<[u8]> = request::submit_batch(QUEUE, usize::try_from(batch)?).into();
    let share = Share::of(tasks / batch);
    let worker = |_, mut connection: Connection| {
        let (request, share) = (request.clone(), share.clone());
        async move {
            while share.take() {
                submit_batch(&mut connection, &request, usize::try_from(batch)?).await?;
            }
            Ok((connection, ()))
        }
    };
    drive(subject, FILL_CONNECTIONS, worker).await?;
    Ok(())
}

fn figures(levels: &[Level]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = levels.iter().flat_map(level_figures).collect();
    if let [least, .., most] = levels {
        figures.push(growth("submit", &least.submits, &most.submits, most.queued));
        figures.push(growth("claim", &least.claims, &most.claims, most.queued));
    }
    figures
}

fn level_figures(level: &Level) -> Vec<Figure> {
    let queued = level.queued;
    let cost = |kind: &str, costs: &[Cost], waits: &Waits| {
        let cpu = Figure::cpu(format!("{queued} queued: {kind}"), costs);
        let quantiles = [0.5, 0.99].map(|quantile| vec![waits.milliseconds(quantile)]);
        let [p50, p99] = quantiles;
        let name = format!("{queued} queued: {kind}, latency");
        [cpu, Figure::new(format!("{name} p50"), "ms", p50), Figure::new(format!("{name} p99"), "ms", p99)]
    };
    let mut figures: Vec<Figure> = cost("submit", &level.submits, &level.submit_waits).into();
    figures.extend(cost("claim", &level.claims, &level.claim_waits));
    if queued >= MEMORY_LEVEL {
        let memory =
            Figure::new(format!("{queued} queued: Redis memory a task"), "bytes", vec![level.bytes_a_task]);
        figures.push(memory.target(Target::at_most(620.0)));
    }
    figures
}

/// How many times what an operation costs with few tasks queued it costs with many, round by round.
fn growth(kind: &str, least: &[Cost], most: &[Cost], queued: u64) -> Figure {
    let times = least.iter().zip(most).map(|(least, most)| most.cpu_each() / least.cpu_each()).collect();
    Figure::new(format!("growth to {queued} queued: {kind}"), "times", times).target(Target::at_most(1.3))
}

#[expect(clippy::cast_precision_loss, reason = "memory and tasks are below 2^52")]
fn ratio(bytes: u64, tasks: u64) -> f64 {
    bytes as f64 / tasks as f64
}
