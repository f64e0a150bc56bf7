use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::time::Instant;

use crate::bench::load::answer::number_after;
use crate::bench::load::request::SEQUENCE_MARK;
use crate::bench::load::scale::ASSIGNMENT_RATE;
use crate::bench::load::waits::Waits;

/// Tasks at the start that nobody counts.
pub(crate) const WARM_UP: usize = ASSIGNMENT_RATE as usize;

/// When each task was sent, and how long each took to reach an agent.
pub(crate) struct Receipts {
    start: OnceLock<Instant>,
    /// Sends a second.
    rate: u32,
    /// Microseconds from the start to the send, plus one; 0 before it.
    sent: Vec<AtomicU32>,
    received: Vec<AtomicU32>,
    pub(crate) waits: Waits,
}

impl Receipts {
    pub(crate) fn new(tasks: usize) -> Receipts {
        Receipts::at(tasks, ASSIGNMENT_RATE)
    }

    /// With so many sends a second.
    pub(crate) fn at(tasks: usize, rate: u32) -> Receipts {
        let zeros = || (0..tasks).map(|_| AtomicU32::new(0)).collect();
        Receipts { start: OnceLock::new(), rate, sent: zeros(), received: zeros(), waits: Waits::new() }
    }

    pub(crate) fn tasks(&self) -> usize {
        self.sent.len()
    }

    pub(crate) fn begin(&self) {
        self.start.get_or_init(Instant::now);
    }

    /// Waits until a task is due and notes its send. A task whose submitter is still busy when it is due
    /// counts from then on: the wait for the one before is the service's doing.
    pub(crate) async fn send_when_due(&self, number: usize) -> Duration {
        let start = *self.start.get().expect("begin is called before the first send");
        let due = start + Duration::from_secs(1) * u32::try_from(number).unwrap_or(u32::MAX) / self.rate;
        let late = Instant::now().saturating_duration_since(due);
        tokio::time::sleep_until(due).await;
        let sent = if late.is_zero() { start.elapsed() } else { due - start };
        self.sent[number].store(microseconds(sent).saturating_add(1), Ordering::Relaxed);
        late
    }

    /// Notes a task's receipt.
    pub(crate) fn take(&self, body: &[u8]) -> anyhow::Result<()> {
        let now = self.start.get().context("a task before the first submit")?.elapsed();
        let number = number_after(body, SEQUENCE_MARK.as_bytes()).context("a task without its number")?;
        let seen =
            self.received.get(number).context("a task of another run")?.fetch_add(1, Ordering::Relaxed);
        ensure!(seen == 0, "task {number} was received twice");
        let sent = self.sent[number].load(Ordering::Relaxed).saturating_sub(1);
        if number >= WARM_UP {
            self.waits.record(now.saturating_sub(Duration::from_micros(sent.into())));
        }
        Ok(())
    }

    pub(crate) fn missing(&self) -> usize {
        self.received.iter().filter(|receipt| receipt.load(Ordering::Relaxed) == 0).count()
    }
}

fn microseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}
