//! The loop of a role.

use std::time::Duration;

use tokio::time::Instant;
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
    let mut next_round = begin;
    let mut failing = false;
    loop {
        let done = if next_round <= Instant::now() {
            next_round = round_after(next_round);
            round(&duty, &redis, &alarm).await
        } else {
            let due = alarm.wait(next_round).await;
            if due.is_empty() {
                continue;
            }
            visit(&duty, &redis, &alarm, &due).await
        };
        report::<D>(&done, &mut failing);
    }
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
fn report<D: Duty>(done: &Result<(), Error>, failing: &mut bool) {
    match done {
        Ok(()) if *failing => tracing::info!(duty = D::NAME, "maintenance works again"),
        Err(error) if !*failing => {
            tracing::warn!(duty = D::NAME, %error, "maintenance fails, and goes on trying");
        }
        _ => {}
    }
    *failing = done.is_err();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn rounds_keep_time_however_long_one_of_them_took() {
        let begin = Instant::now();
        assert_eq!(round_after(begin), begin + ROUND);
        tokio::time::advance(Duration::from_millis(2_300)).await;
        assert_eq!(round_after(begin), begin + ROUND * 3);
    }
}
