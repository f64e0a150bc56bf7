//! Agents that wait for tasks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Broken;
use super::ground::{Ground, Held};

/// How long one poll waits.
const WAIT: Duration = Duration::from_secs(20);
/// How long agents may take to stand in line.
const GATHER: Duration = Duration::from_secs(30);

/// A task in the hands of an agent.
#[derive(Debug)]
pub(super) struct Receipt {
    pub(super) held: Held,
    /// When its answer had been read.
    pub(super) at: Instant,
}

/// Agents that take one task after the other and complete it; they end when this is dropped.
pub(super) struct Waiting {
    receipts: mpsc::UnboundedReceiver<Result<Receipt, Broken>>,
    _agents: JoinSet<()>,
}

/// To whom agents tell what happens. Bounded by the agents there are and the tasks that the test submits.
#[derive(Clone)]
struct Tell {
    there: mpsc::UnboundedSender<()>,
    receipts: mpsc::UnboundedSender<Result<Receipt, Broken>>,
}

impl Waiting {
    /// Has `count` agents wait for tasks of `queue`; returns when each of them has asked once and found nothing.
    ///
    /// # Errors
    /// When they are not there in time.
    pub(super) async fn gather(ground: &Arc<Ground>, count: usize, queue: &str) -> Result<Self, Broken> {
        let (there, mut arrivals) = mpsc::unbounded_channel();
        let (sender, receipts) = mpsc::unbounded_channel();
        let tell = Tell { there, receipts: sender };
        let mut agents = JoinSet::new();
        for number in 0..count {
            let (ground, tell) = (Arc::clone(ground), tell.clone());
            let (agent, queue) = (format!("{queue}-{number}"), queue.to_owned());
            agents.spawn(async move {
                if let Err(broken) = work(&ground, &agent, &queue, &tell).await {
                    // Whoever reads is gone when the test has ended.
                    let _ = tell.receipts.send(Err(broken));
                }
            });
        }
        let all = async {
            for _ in 0..count {
                arrivals.recv().await;
            }
        };
        let late = |_| Broken::new(format!("{count} agents did not come to wait within {GATHER:?}"));
        tokio::time::timeout(GATHER, all).await.map_err(late)?;
        Ok(Self { receipts, _agents: agents })
    }

    /// The next receipts, `count` of them within `limit`; fewer when time is over.
    ///
    /// # Errors
    /// When an agent cannot go on.
    pub(super) async fn receive(&mut self, count: usize, limit: Duration) -> Result<Vec<Receipt>, Broken> {
        let mut received = Vec::with_capacity(count);
        let ends = tokio::time::Instant::now() + limit;
        while received.len() < count {
            match tokio::time::timeout_at(ends, self.receipts.recv()).await {
                Ok(Some(receipt)) => received.push(receipt?),
                Ok(None) | Err(_) => break,
            }
        }
        Ok(received)
    }

    /// What else has come: what nobody should have received.
    pub(super) fn rest(&mut self) -> Vec<Receipt> {
        std::iter::from_fn(|| self.receipts.try_recv().ok()).filter_map(Result::ok).collect()
    }
}

async fn work(ground: &Ground, agent: &str, queue: &str, tell: &Tell) -> Result<(), Broken> {
    let mut wait = Duration::ZERO;
    loop {
        for held in ground.claim(agent, queue, 1, wait).await? {
            let at = Instant::now();
            let done = held.clone();
            // Whoever reads is gone when the test has ended; so is this agent, in a moment.
            let _ = tell.receipts.send(Ok(Receipt { held, at }));
            ground.complete(&done).await?;
        }
        if wait.is_zero() {
            let _ = tell.there.send(());
            wait = WAIT;
        }
    }
}
