use std::collections::HashMap;
use std::time::Instant;

use crate::bench::system::procfs;

/// What may hide in the rounding of tick counts: one tick at each end.
const TICK_ERROR: u64 = 2;
const NANOSECONDS_PER_TICK: u64 = 1_000_000_000 / procfs::TICKS_PER_SECOND;

/// Reads the CPU time of a service and of the Redis behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meter {
    pub(crate) service: u32,
    pub(crate) redis: Option<u32>,
}

/// CPU time spent up to a moment. Only differences mean something.
pub(crate) struct Reading {
    at: Instant,
    service: Spent,
    redis: Spent,
    load: Spent,
}

/// CPU microseconds between two readings.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cpu {
    pub(crate) service: f64,
    pub(crate) redis: f64,
    /// By processes that Redis forked to rewrite its append-only file and that ended in between.
    pub(crate) forked: f64,
    /// By this process, which puts the load on.
    pub(crate) load: f64,
    /// Wall-clock microseconds.
    pub(crate) wall: f64,
}

#[derive(Default)]
struct Spent {
    threads: HashMap<u32, u64>,
    ticks: u64,
    children: u64,
}

impl Meter {
    /// # Errors
    /// When one of the processes has ended.
    pub(crate) fn read(&self) -> anyhow::Result<Reading> {
        Ok(Reading {
            at: Instant::now(),
            service: Spent::of(self.service)?,
            redis: self.redis.map(Spent::of).transpose()?.unwrap_or_default(),
            load: Spent::of(std::process::id())?,
        })
    }

    /// What has been spent since an earlier reading.
    ///
    /// # Errors
    /// When one of the processes has ended.
    pub(crate) fn since(&self, earlier: &Reading) -> anyhow::Result<Cpu> {
        let now = self.read()?;
        Ok(Cpu {
            service: now.service.microseconds_since(&earlier.service),
            redis: now.redis.microseconds_since(&earlier.redis),
            forked: microseconds((now.redis.children - earlier.redis.children) * NANOSECONDS_PER_TICK),
            load: now.load.microseconds_since(&earlier.load),
            wall: now.at.duration_since(earlier.at).as_secs_f64() * 1e6,
        })
    }
}

impl Cpu {
    /// Service and Redis together, without what Redis forked.
    pub(crate) fn total(&self) -> f64 {
        self.service + self.redis
    }

    pub(crate) fn plus(&self, other: &Cpu) -> Cpu {
        Cpu {
            service: self.service + other.service,
            redis: self.redis + other.redis,
            forked: self.forked + other.forked,
            load: self.load + other.load,
            wall: self.wall + other.wall,
        }
    }
}

impl Spent {
    fn of(pid: u32) -> anyhow::Result<Spent> {
        let (ticks, children) = procfs::ticks(pid)?;
        Ok(Spent { threads: procfs::thread_nanoseconds(pid)?, ticks, children })
    }

    /// The threads' exact times, unless the coarse count is higher by more than its rounding: then threads
    /// have ended in between and taken their exact times with them.
    fn microseconds_since(&self, earlier: &Spent) -> f64 {
        let before = |thread: &u32| earlier.threads.get(thread).copied().unwrap_or(0);
        let exact: u64 = self.threads.iter().map(|(id, spent)| spent.saturating_sub(before(id))).sum();
        let coarse = (self.ticks - earlier.ticks).saturating_sub(TICK_ERROR) * NANOSECONDS_PER_TICK;
        microseconds(exact.max(coarse))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a run spends far less than 2^52 nanoseconds")]
fn microseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e3
}
