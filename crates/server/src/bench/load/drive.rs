use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::bench::load::connection::Connection;
use crate::bench::system::cpu::{Cpu, Meter};
use crate::bench::system::deadline;

/// How long everything is left alone before CPU time is read. The kernel adds up a thread's time when it
/// leaves the core, so whoever still runs would be read as it was up to a tick ago.
const SETTLE: Duration = Duration::from_millis(5);

/// What the load is put on: an address and the processes that answer for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) address: SocketAddr,
    pub(crate) meter: Meter,
}

/// What a number of operations has cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) operations: u64,
    pub(crate) cpu: Cpu,
}

/// Operations that the connections of a phase share: whoever is free takes the next.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    next: Arc<AtomicU64>,
    end: u64,
}

/// Runs `worker` once on each of so many fresh connections, all at once, and measures from their start to
/// the end of the last. Connecting and closing are not measured: a worker gives its connection back.
///
/// # Errors
/// The first that a worker meets; a phase that does not end in time.
pub(crate) async fn drive<T, F>(
    subject: Subject,
    connections: usize,
    worker: impl Fn(usize, Connection) -> F,
) -> anyhow::Result<(Cpu, Vec<T>)>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<(Connection, T)>> + Send + 'static,
{
    deadline::within(deadline::PHASE, "phase", async {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(subject.address).await?);
        }
        let mut workers = JoinSet::new();
        tokio::time::sleep(SETTLE).await;
        let before = subject.meter.read()?;
        let start = Instant::now();
        for (index, connection) in open.into_iter().enumerate() {
            workers.spawn(worker(index, connection));
        }
        let (mut used, mut results) = (Vec::with_capacity(connections), Vec::with_capacity(connections));
        while let Some(result) = workers.join_next().await {
            let (connection, result) = result??;
            used.push(connection);
            results.push(result);
        }
        let wall = microseconds(start.elapsed());
        tokio::time::sleep(SETTLE).await;
        Ok((Cpu { wall, ..subject.meter.since(&before)? }, results))
    })
    .await
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

impl Share {
    pub(crate) fn of(operations: u64) -> Share {
        Share { next: Arc::default(), end: operations }
    }

    /// Takes one operation, until none is left.
    pub(crate) fn take(&self) -> bool {
        self.next().is_some()
    }

    /// The number of the operation that is taken, from 0 on.
    pub(crate) fn next(&self) -> Option<u64> {
        Some(self.next.fetch_add(1, Ordering::Relaxed)).filter(|number| *number < self.end)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run makes far fewer than 2^52 operations")]
impl Cost {
    /// CPU microseconds an operation, service and Redis.
    pub(crate) fn cpu_each(&self) -> f64 {
        self.cpu.total() / self.operations as f64
    }

    pub(crate) fn service_each(&self) -> f64 {
        self.cpu.service / self.operations as f64
    }

    pub(crate) fn redis_each(&self) -> f64 {
        self.cpu.redis / self.operations as f64
    }

    /// CPU microseconds an operation that the load itself has cost, which counts for nobody.
    pub(crate) fn load_each(&self) -> f64 {
        self.cpu.load / self.operations as f64
    }

    /// CPU microseconds an operation that Redis's forks have spent.
    pub(crate) fn forked_each(&self) -> f64 {
        self.cpu.forked / self.operations as f64
    }

    /// Operations a second.
    pub(crate) fn rate(&self) -> f64 {
        self.operations as f64 * 1e6 / self.cpu.wall
    }

    /// The same number of operations that each took several steps: their costs added up.
    pub(crate) fn then(&self, next: &Cost) -> Cost {
        Cost { operations: self.operations, cpu: self.cpu.plus(&next.cpu) }
    }

    /// More operations of the same kind.
    pub(crate) fn and(&self, more: &Cost) -> Cost {
        Cost { operations: self.operations + more.operations, cpu: self.cpu.plus(&more.cpu) }
    }
}
