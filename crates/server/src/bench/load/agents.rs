use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::bench::load::answer;
use crate::bench::load::connection::Connection;
use crate::bench::load::request::{self, Claim};
use crate::bench::report::progress;
use crate::bench::system::cpu::Meter;
use crate::bench::system::deadline;

/// The longest wait that the service grants.
const WAIT_MS: u64 = 60_000;
/// Agents that connect at once: the listener's backlog holds more.
const CONNECTING: usize = 64;
const CALM_WINDOW: Duration = Duration::from_millis(500);
/// CPU share at which the service is taken to have nothing left to do but wait.
const CALM_SHARE: f64 = 0.05;
/// A service that never gets calm is measured as it is.
const CALM_WINDOWS_AT_MOST: usize = 30;

/// Agents that wait for tasks by long poll, complete each, and wait again, until dropped.
pub(crate) struct Agents(JoinSet<anyhow::Result<()>>);

/// Called with the body of every claim that was answered with a task.
pub(crate) type OnTask = Arc<dyn Fn(&[u8]) -> anyhow::Result<()> + Send + Sync>;

impl Agents {
    /// Connects so many agents and returns when all of them have asked for a task.
    ///
    /// # Errors
    /// When one cannot connect.
    pub(crate) async fn gather(
        address: SocketAddr,
        count: usize,
        queue: &'static str,
        on_task: OnTask,
    ) -> anyhow::Result<Agents> {
        let gate = Arc::new(Semaphore::new(CONNECTING));
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut agents = JoinSet::new();
        for index in 0..count {
            let (gate, waiting, on_task) = (gate.clone(), waiting.clone(), on_task.clone());
            agents.spawn(async move {
                let turn = gate.acquire_owned().await?;
                let connection = Connection::open(address).await?;
                waiting.fetch_add(1, Ordering::Relaxed);
                drop(turn);
                work(connection, &format!("agent-{index}"), queue, on_task).await
            });
        }
        let mut agents = Agents(agents);
        deadline::within(deadline::PHASE, "gathering agents", async {
            while waiting.load(Ordering::Relaxed) < count {
                tokio::time::sleep(Duration::from_millis(10)).await;
                agents.check()?;
            }
            Ok(())
        })
        .await?;
        Ok(agents)
    }

    /// # Errors
    /// When an agent has stopped: none ever should.
    pub(crate) fn check(&mut self) -> anyhow::Result<()> {
        match self.0.try_join_next() {
            None => Ok(()),
            Some(Ok(Err(error))) => Err(error.context("an agent stopped")),
            Some(other) => bail!("an agent stopped: {other:?}"),
        }
    }
}

/// Waits until the service has taken in what was sent to it.
///
/// # Errors
/// When it has ended.
pub(crate) async fn until_calm(meter: Meter) -> anyhow::Result<()> {
    let mut share = f64::NAN;
    for _ in 0..CALM_WINDOWS_AT_MOST {
        let before = meter.read()?;
        tokio::time::sleep(CALM_WINDOW).await;
        let spent = meter.since(&before)?;
        share = spent.total() / spent.wall;
        if share < CALM_SHARE {
            return Ok(());
        }
    }
    progress::say(&format!("not calm yet, still {:.1} % of a core", share * 100.0));
    Ok(())
}

async fn work(mut connection: Connection, agent: &str, queue: &str, on_task: OnTask) -> anyhow::Result<()> {
    let claim = request::claim(&Claim { agent, queue, max_tasks: 1, wait_ms: WAIT_MS });
    loop {
        let body = connection.exchange(&claim).await.with_context(|| agent.to_owned())?;
        let held = answer::tasks(body)?;
        if held.is_empty() {
            continue;
        }
        on_task(body)?;
        for held in &held {
            connection.exchange(&request::complete(held)).await?;
        }
    }
}
