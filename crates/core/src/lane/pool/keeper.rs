use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{MissedTickBehavior, interval};

use super::pool::Shared;
use crate::metrics;

/// Looks at the pool this many times in one idle timeout.
const ROUNDS_PER_IDLE_TIMEOUT: u32 = 3;
const SHORTEST_ROUND: Duration = Duration::from_millis(50);
const LONGEST_ROUND: Duration = Duration::from_secs(5);

/// What one round did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) closed: usize,
    pub(super) alive: usize,
}

/// Keeps the pool at `min` until it is aborted.
pub(super) async fn run(pool: Arc<Shared>) {
    let round = (pool.config.idle_timeout() / ROUNDS_PER_IDLE_TIMEOUT).clamp(SHORTEST_ROUND, LONGEST_ROUND);
    let mut rounds = interval(round);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let kept = run_once(&pool).await;
        if kept.closed > 0 {
            tracing::debug!(closed = kept.closed, alive = kept.alive, "closed idle connections of the pool");
        }
    }
}

/// Closes what is idle, then holds `min` connections at once: each is checked
/// with a `PING`, a dead one is replaced, a missing one is made.
pub(super) async fn run_once(pool: &Shared) -> Kept {
    let closed = pool.close_idle();
    let status = pool.status();
    metrics::pool_size(&status);
    let alive = if status.waiting > 0 {
        // Every connection is wanted; what is dead, its user finds.
        status.size
    } else {
        let wanted = pool.config.min.saturating_sub(status.in_use);
        let held = join_all((0..wanted).map(|_| pool.touch())).await;
        held.iter().flatten().count()
    };
    Kept { closed, alive }
}
