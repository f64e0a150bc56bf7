use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinSet;

use crate::bench::load::agents::{Agents, until_calm};
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::Subject;
use crate::bench::load::receipts::{Receipts, WARM_UP};
use crate::bench::load::request;
use crate::bench::load::scale::{ASSIGNMENT_RATE, Scale};
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::Programs;
use crate::bench::system::{deadline, process};

const QUEUE: &str = "assignment";
/// Connections that submit in turn, so that a slow answer does not hold up the next task.
const SUBMITTERS: usize = 64;
/// Files that a process needs beside its agents' connections.
const OTHER_FILES: u64 = 500;
/// For which the issue sets a target.
const TARGET_AGENTS: usize = 1_000;

/// From the send of a submit to the receipt by an agent that was waiting, at a steady rate of submits.
///
/// # Errors
/// Whatever breaks; a task that no agent or that two agents receive.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for &count in scale.waiting {
        if !fits(count) {
            continue;
        }
        let service = programs.waggle().await?;
        figures.extend(measure(service.subject(), count, scale.assignment).await?);
        service.stop().await?;
    }
    Ok(figures)
}

/// Whether so many connections may be open at once; says so where they may not.
pub(crate) fn fits(agents: usize) -> bool {
    let fits = process::file_limit().is_none_or(|limit| agents as u64 + OTHER_FILES <= limit);
    if !fits {
        progress::say(&format!("{agents} agents: left out, the limit of open files is too low"));
    }
    fits
}

async fn measure(subject: Subject, count: usize, duration: Duration) -> anyhow::Result<Vec<Figure>> {
    progress::say(&format!("latency: gathering {count} agents"));
    let tasks = WARM_UP + usize::try_from(duration.as_secs())? * ASSIGNMENT_RATE as usize;
    let receipts = Arc::new(Receipts::new(tasks));
    let on_task = receipts.clone();
    let take = Arc::new(move |body: &[u8]| on_task.take(body));
    let mut agents = Agents::gather(subject.address, count, QUEUE, take).await?;
    until_calm(subject.meter).await?;
    progress::say(&format!("latency: {tasks} tasks at {ASSIGNMENT_RATE}/s to {count} agents"));
    let before = subject.meter.read()?;
    let late = submit_steadily(subject, &receipts).await?;
    deadline::within(deadline::START, "receipt of all tasks", async {
        while receipts.missing() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            agents.check()?;
        }
        Ok(())
    })
    .await
    .with_context(|| format!("{} tasks were never received", receipts.missing()))?;
    let cpu = subject.meter.since(&before)?;
    let share = cpu.total() / cpu.wall * 100.0;
    Ok(figures(
        count,
        &receipts.waits,
        &format!("{share:.0} % of a core; submits sent {late:.1} ms late at most"),
    ))
}

/// Submits on schedule whatever the answers take; returns by how many milliseconds the latest was late.
async fn submit_steadily(subject: Subject, receipts: &Arc<Receipts>) -> anyhow::Result<f64> {
    let mut submitters = JoinSet::new();
    let mut connections = Vec::new();
    for _ in 0..SUBMITTERS {
        connections.push(Connection::open(subject.address).await?);
    }
    receipts.begin();
    for (first, mut connection) in connections.into_iter().enumerate() {
        let receipts = receipts.clone();
        submitters.spawn(async move {
            let mut latest = Duration::ZERO;
            for number in (first..receipts.tasks()).step_by(SUBMITTERS) {
                let request = request::submit_numbered(QUEUE, number);
                latest = latest.max(receipts.send_when_due(number).await);
                connection.exchange(&request).await?;
            }
            anyhow::Ok(latest)
        });
    }
    let mut latest = Duration::ZERO;
    while let Some(late) = submitters.join_next().await {
        latest = latest.max(late??);
    }
    Ok(latest.as_secs_f64() * 1e3)
}

fn figures(count: usize, waits: &Waits, detail: &str) -> Vec<Figure> {
    let figure = |name: &str, quantile| {
        Figure::new(format!("assignment, {count} agents: {name}"), "ms", vec![waits.milliseconds(quantile)])
    };
    let (mut p50, mut p99) = (figure("p50", 0.5).detail(detail), figure("p99", 0.99));
    if count == TARGET_AGENTS {
        p50 = p50.target(Target::at_most(2.0));
        p99 = p99.target(Target::at_most(10.0));
    }
    vec![p50, figure("p95", 0.95), p99]
}
