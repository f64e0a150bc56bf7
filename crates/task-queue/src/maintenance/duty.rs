//! The loop of a role.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use waggle_core::{Error, Redis};

use super::{Swept, alarm::Alarm};
use crate::{model::SwarmName, swarm::page};

/// Every swarm is looked at so often in any case.
pub(super) const ROUND: Duration = Duration::from_secs(1);
/// Steps in one swarm before the others have their turn.
const STEPS: usize = 10;

/// A role: what it does in one swarm.
pub(super) trait Duty: Send + Sync + 'static {
    const NAME: &'static str;

    fn run_once(&self, redis: &Redis, swarm: &SwarmName)
    -> impl Future<Output = Result<Swept, Error>> + Send;
}

/// Runs until it is aborted. Roles that begin together go on keeping time together: what they ask Redis travels in one
/// flush, and wakes it once.
pub(super) async fn run<D: Duty>(duty: D, redis: Redis, alarm: Alarm, begin: Instant) {
    let (duty, redis, alarm, failing) = (&duty, &redis, &alarm, &AtomicBool::new(false));
    side_by_side(
        alarm,
        begin,
        || async { report::<D>(&round(duty, redis, alarm).await, failing) },
        |due| async move { report::<D>(&visit(duty, redis, alarm, &due).await, failing) },
    )
    .await;
}

/// A round through thousands of swarms takes its time: nothing that is due waits until it has ended.
async fn side_by_side<R: Future<Output = ()>, V: Future<Output = ()>>(
    alarm: &Alarm,
    begin: Instant,
    round: impl Fn() -> R,
    visit: impl Fn(Vec<SwarmName>) -> V,
) {
    let rounds = async {
        let mut next = begin;
        loop {
            sleep_until(next).await;
            next = round_after(next);
            round().await;
        }
    };
    let visits = async {
        loop {
            visit(alarm.next().await).await;
        }
    };
    tokio::join!(rounds, visits);
}

/// The first round in time with those before it that is still to come.
fn round_after(last: Instant) -> Instant {
    let missed = last.elapsed().as_millis() / ROUND.as_millis();
    last + ROUND * u32::try_from(missed + 1).unwrap_or(u32::MAX)
}

async fn round<D: Duty>(duty: &D, redis: &Redis, alarm: &Alarm) -> Result<(), Error> {
    let mut done = visit(duty, redis, alarm, &[SwarmName::default()]).await;
    let mut after = None;
    loop {
        let swarms = page(redis, after.as_ref()).await?;
        done = done.and(visit(duty, redis, alarm, &swarms).await);
        match swarms.into_iter().next_back() {
            Some(last) => after = Some(last),
            None => return done,
        }
    }
}

/// A swarm that fails does not keep the others from their turn; the first error is told.
async fn visit<D: Duty>(duty: &D, redis: &Redis, alarm: &Alarm, swarms: &[SwarmName]) -> Result<(), Error> {
    let visits = swarms.iter().map(|swarm| work_off(duty, redis, alarm, swarm));
    futures_util::future::join_all(visits).await.into_iter().collect()
}

async fn work_off<D: Duty>(duty: &D, redis: &Redis, alarm: &Alarm, swarm: &SwarmName) -> Result<(), Error> {
    for _ in 0..STEPS {
        let swept = duty.run_once(redis, swarm).await?;
        if let Some(wait) = swept.next_in {
            alarm.at(swarm, i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
        }
        if !swept.is_full() {
            break;
        }
    }
    Ok(())
}

/// Says once that it fails, and once that it works again.
fn report<D: Duty>(done: &Result<(), Error>, failing: &AtomicBool) {
    let was_failing = failing.swap(done.is_err(), Ordering::Relaxed);
    match done {
        Ok(()) if was_failing => tracing::info!(duty = D::NAME, "maintenance works again"),
        Err(error) if !was_failing => {
            tracing::warn!(duty = D::NAME, %error, "maintenance fails, and goes on trying");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use tokio::{sync::Notify, time::timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rounds_keep_time_however_long_one_of_them_took() {
        let begin = Instant::now();
        assert_eq!(round_after(begin), begin + ROUND);
        tokio::time::advance(Duration::from_millis(2_300)).await;
        assert_eq!(round_after(begin), begin + ROUND * 3);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_does_not_wait_for_a_round_to_end() {
        let (alarm, visited) = (Alarm::default(), Notify::new());
        alarm.at(&SwarmName::default(), 10);
        let endless = side_by_side(&alarm, Instant::now(), pending, |due| {
            assert_eq!(due, [SwarmName::default()]);
            visited.notify_one();
            ready(())
        });
        tokio::select! {
            () = endless => {}
            in_time = timeout(ROUND, visited.notified()) => in_time.expect("it was visited"),
        }
    }
}
