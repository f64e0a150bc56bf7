use std::sync::Arc;

use anyhow::ensure;

use crate::bench::load::answer;
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, Subject, drive};
use crate::bench::load::request::{self, Claim};
use crate::bench::load::scale::{BATCH, BATCH_CONNECTIONS, Scale};
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::Programs;

const QUEUE: &str = "batch";
const OK: u16 = 200;
const CREATED: u16 = 201;

/// A hundred tasks a request: a batch is submitted, claimed and settled.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let mut costs = Vec::new();
    for round in 0..=scale.rounds {
        let cost = turn(service.subject(), scale.batches).await?;
        progress::say(&format!("batch, round {round} of {}: {:.1} µs", scale.rounds, cost.cpu_each()));
        if round > 0 {
            costs.push(cost);
        }
    }
    service.stop().await?;
    let target = Target::at_most(60.0).wanting(40.0);
    Ok(vec![Figure::cpu("batch: lifecycle, a hundred a request", &costs).target(target)])
}

async fn turn(subject: Subject, batches: u64) -> anyhow::Result<Cost> {
    let submit: Arc<[u8]> = request::submit_batch(QUEUE, BATCH).into();
    let share = Share::of(batches);
    let worker = |index, mut connection: Connection| {
        let (submit, share) = (submit.clone(), share.clone());
        async move {
            let agent = format!("bench-{index}");
            let mut settled = 0;
            while share.take() {
                submit_batch(&mut connection, &submit, BATCH).await?;
                settled += claim_and_settle(&mut connection, &agent).await?;
            }
            Ok((connection, settled))
        }
    };
    let (cpu, settled) = drive(subject, BATCH_CONNECTIONS, worker).await?;
    let settled: usize = settled.into_iter().sum();
    let submitted = usize::try_from(batches)? * BATCH;
    // Two claims at once may share what is there unevenly; all but a sliver must have gone round.
    ensure!(settled + submitted / 10 >= submitted, "only {settled} of {submitted} tasks were settled");
    drain(subject, submitted - settled).await?;
    Ok(Cost { operations: settled as u64, cpu })
}

/// Submits a prebuilt batch of so many tasks, all of which must be accepted.
///
/// # Errors
/// Any answer but 2xx; any task refused.
pub(crate) async fn submit_batch(
    connection: &mut Connection,
    request: &[u8],
    tasks: usize,
) -> anyhow::Result<()> {
    let body = connection.exchange(request).await?;
    let accepted = answer::count_status(body, CREATED);
    ensure!(accepted == tasks, "{accepted} of {tasks} accepted: {}", String::from_utf8_lossy(body));
    Ok(())
}

/// Claims a hundred tasks at most and settles what came; returns how many that was.
async fn claim_and_settle(connection: &mut Connection, agent: &str) -> anyhow::Result<usize> {
    let claim = Claim { agent, queue: QUEUE, max_tasks: BATCH, wait_ms: 0 };
    let held = answer::tasks(connection.exchange(&request::claim(&claim)).await?)?;
    if held.is_empty() {
        return Ok(0);
    }
    let body = connection.exchange(&request::settle(agent, &held, None)).await?;
    let settled = answer::count_status(body, OK);
    ensure!(settled == held.len(), "{settled} of {} settled", held.len());
    Ok(settled)
}

/// Clears what a turn left over, so that the next starts with an empty queue.
async fn drain(subject: Subject, mut left: usize) -> anyhow::Result<()> {
    let mut connection = Connection::open(subject.address).await?;
    while left > 0 {
        let settled = claim_and_settle(&mut connection, "drain").await?;
        ensure!(settled > 0, "{left} tasks cannot be claimed");
        left = left.saturating_sub(settled);
    }
    Ok(())
}
