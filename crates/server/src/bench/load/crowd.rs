use std::time::{Duration, Instant};

use anyhow::ensure;

use super::agents::until_calm;
use super::connection::Connection;
use super::drive::{Cost, Share, Subject, drive};
use super::request;
use super::waits::Waits;
use crate::bench::load::answer;
use crate::bench::report::progress;

/// Queues and agents of the crowd.
const CROWD: u64 = 10_000;
pub(crate) const NAME: &str = "10000 queues and agents";
const CONNECTIONS: usize = 16;
/// Tasks a request.
const BATCH: u64 = 100;
const CREATED: u16 = 201;
/// Longer than the service takes to look at queues and agents again.
const LOOKED_AT: Duration = Duration::from_secs(6);

/// What answers took, how long they were, and what they cost.
pub(crate) struct Asked {
    pub(crate) waits: Waits,
    pub(crate) bytes: usize,
    pub(crate) cost: Cost,
}

/// Puts a task into each of ten thousand queues, registers as many agents, and waits until the service has
/// taken that in.
///
/// # Errors
/// Any answer but 2xx.
pub(crate) async fn gather(subject: Subject) -> anyhow::Result<()> {
    progress::say("gathering a crowd of 10000 queues and agents");
    let (queues, agents) = (Share::of(CROWD / BATCH), Share::of(CROWD));
    let worker = |_, mut connection: Connection| {
        let (queues, agents) = (queues.clone(), agents.clone());
        async move {
            while let Some(batch) = queues.next() {
                let names = (batch * BATCH..(batch + 1) * BATCH).map(|queue| format!("queue-{queue}"));
                let body = connection.exchange(&request::submit_each(names)).await?;
                let accepted = answer::count_status(body, CREATED);
                ensure!(accepted as u64 == BATCH, "accepted only {accepted} of {BATCH} tasks");
            }
            while let Some(agent) = agents.next() {
                connection.exchange(&request::put_agent(&format!("agent-{agent}"))).await?;
            }
            Ok((connection, ()))
        }
    };
    drive(subject, CONNECTIONS, worker).await?;
    tokio::time::sleep(LOOKED_AT).await;
    until_calm(subject.meter).await
}

/// Asks for a path again and again, on one connection.
///
/// # Errors
/// Any answer but 2xx.
pub(crate) async fn ask(subject: Subject, path: &'static str, times: u64) -> anyhow::Result<Asked> {
    progress::say(&format!("asking {times} times for {path}"));
    let (waits, request) = (Waits::new(), request::get(path));
    let worker = |_, mut connection: Connection| {
        let (waits, request) = (waits.clone(), request.clone());
        async move {
            let mut bytes = 0;
            for _ in 0..times {
                let sent = Instant::now();
                bytes = connection.exchange(&request).await?.len();
                waits.record(sent.elapsed());
            }
            Ok((connection, bytes))
        }
    };
    let (cpu, bytes) = drive(subject, 1, worker).await?;
    Ok(Asked { waits, bytes: bytes.into_iter().sum(), cost: Cost { operations: times, cpu } })
}
