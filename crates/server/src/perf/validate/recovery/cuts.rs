use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::{join, try_join_all};
use serde_json::json;
use waggle_core::Redis;

use super::checks::Checks;
use crate::perf::validate::Broken;
use crate::perf::validate::ground::Ground;

/// Tasks that are on their way while the connections are cut.
const TASKS: usize = 200;
/// At most this many at a time.
const CLAIM: usize = 100;
const WAITER: &str = "waiter";
const COLLECTOR: &str = "collector";
/// For a task that is certain to come.
const WAIT: Duration = Duration::from_secs(10);

/// Cuts the service's own connections to Redis while tasks are submitted and an agent waits.
pub(super) async fn check(
    ground: &Ground,
    redis: &Redis,
    round: usize,
    checks: &mut Checks,
) -> Result<(), Broken> {
    let queue = format!("cut-{round}");
    let tasks = (0..TASKS).map(|n| json!({ "queue": queue, "payload": n }));
    let submits = try_join_all(tasks.map(async |task| ground.submit(&task).await));
    let (ids, away) = join(submits, cut(ground, redis, &format!("{queue}-waits"))).await;
    let (cut, away) = away?;
    checks.that(cut > 0, || "no connection was cut".to_owned());
    checks.away.push(away);
    let acknowledged: BTreeSet<_> = ids?.into_iter().collect();
    let (handed, settled) = collect(ground, &queue).await?;
    let distinct: BTreeSet<_> = handed.iter().cloned().collect();
    let lost = acknowledged.difference(&distinct).count();
    checks.that(lost == 0, || format!("{lost} tasks were lost that had been acknowledged"));
    checks.that(distinct.len() == TASKS, || format!("{TASKS} tasks became {}", distinct.len()));
    checks.that(handed.len() == settled, || format!("of {} tasks {settled} were completed", handed.len()));
    Ok(())
}

/// How many connections were cut, and how long it took until a task went its whole way again, by way of an agent that
/// had been waiting all the time.
async fn cut(ground: &Ground, redis: &Redis, queue: &str) -> Result<(usize, Duration), Broken> {
    let there = ground.claim(WAITER, queue, 1, Duration::ZERO).await?;
    if !there.is_empty() {
        return Err(Broken::new("a queue of this validation is not empty"));
    }
    let waiting = ground.claim(WAITER, queue, 1, WAIT);
    let working = async {
        let cut = redis.cut_own_connections().await.map_err(|error| Broken::new(error.to_string()))?;
        let started = Instant::now();
        ground.submit(&json!({ "queue": queue, "payload": "after the cut" })).await?;
        Ok((cut, started))
    };
    let (held, started) = join(waiting, working).await;
    let ((cut, started), held) = (started?, held?);
    let held = held.first().ok_or_else(|| Broken::new("a waiting agent got nothing after the cut"))?;
    ground.complete(held).await?;
    Ok((cut, started.elapsed()))
}

/// Everything in the queue: each task as often as it was handed out, and how many were completed.
async fn collect(ground: &Ground, queue: &str) -> Result<(Vec<String>, usize), Broken> {
    let (mut handed, mut settled) = (Vec::new(), 0);
    loop {
        let held = ground.claim(COLLECTOR, queue, CLAIM, Duration::ZERO).await?;
        if held.is_empty() {
            return Ok((handed, settled));
        }
        settled += ground.settle(COLLECTOR, &held).await?;
        handed.extend(held.into_iter().map(|held| held.id));
    }
}
