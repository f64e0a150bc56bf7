//! The three operations of a task's life, each driven by itself over many connections.

use std::sync::Arc;
use std::time::Instant;

use crate::bench::load::answer::{self, Held};
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, Subject, drive};
use crate::bench::load::request::{self, Claim};
use crate::bench::load::waits::Waits;

/// An unregistered agent may hold a hundred tasks at once: each name claims half of that.
const TASKS_AN_AGENT: usize = 50;

/// How much of an operation, over how many connections, in which queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) connections: usize,
    pub(crate) operations: u64,
    pub(crate) queue: &'a str,
}

/// # Errors
/// Any answer but 2xx.
pub(crate) async fn submit(subject: Subject, load: Load<'_>, waits: &Waits) -> anyhow::Result<Cost> {
    let request: Arc<[u8]> = request::submit(load.queue).into();
    let share = Share::of(load.operations);
    let worker = |_, mut connection: Connection| {
        let (request, share, waits) = (request.clone(), share.clone(), waits.clone());
        async move {
            while share.take() {
                timed(&waits, &mut connection, &request).await?;
            }
            Ok((connection, ()))
        }
    };
    let (cpu, _) = drive(subject, load.connections, worker).await?;
    Ok(Cost { operations: load.operations, cpu })
}

/// Claims as many tasks as there are operations, all of which must be there.
///
/// # Errors
/// Any answer but 2xx; a claim that comes back empty.
pub(crate) async fn claim(
    subject: Subject,
    load: Load<'_>,
    waits: &Waits,
) -> anyhow::Result<(Cost, Vec<Held>)> {
    let share = Share::of(load.operations);
    let worker = |index, mut connection: Connection| {
        let (share, waits, queue) = (share.clone(), waits.clone(), load.queue.to_owned());
        async move {
            let mut held: Vec<Held> = Vec::new();
            let mut request = Vec::new();
            while share.take() {
                if held.len().is_multiple_of(TASKS_AN_AGENT) {
                    let agent = format!("bench-{index}-{}", held.len() / TASKS_AN_AGENT);
                    request =
                        request::claim(&Claim { agent: &agent, queue: &queue, max_tasks: 1, wait_ms: 0 });
                }
                held.push(answer::one_task(timed(&waits, &mut connection, &request).await?)?);
            }
            Ok((connection, held))
        }
    };
    let (cpu, held) = drive(subject, load.connections, worker).await?;
    Ok((Cost { operations: load.operations, cpu }, held.into_iter().flatten().collect()))
}

/// Completes all that is held.
///
/// # Errors
/// Any answer but 2xx.
pub(crate) async fn complete(
    subject: Subject,
    connections: usize,
    held: &[Held],
    waits: &Waits,
) -> anyhow::Result<Cost> {
    let portions: Vec<Vec<Held>> = (0..connections)
        .map(|first| held.iter().skip(first).step_by(connections).cloned().collect())
        .collect();
    let worker = |index: usize, mut connection: Connection| {
        let (portion, waits) = (portions[index].clone(), waits.clone());
        async move {
            for held in portion {
                timed(&waits, &mut connection, &request::complete(&held)).await?;
            }
            Ok((connection, ()))
        }
    };
    let (cpu, _) = drive(subject, connections, worker).await?;
    Ok(Cost { operations: held.len() as u64, cpu })
}

async fn timed<'a>(
    waits: &Waits,
    connection: &'a mut Connection,
    request: &[u8],
) -> anyhow::Result<&'a [u8]> {
    let sent = Instant::now();
    let answer = connection.exchange(request).await?;
    waits.record(sent.elapsed());
    Ok(answer)
}
