//! Load: whole lifecycles of many clients, each of which has several under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::client::{Answer, Request};
use super::ground::{Ground, claimed, histogram};
use super::outcome::Found;
use super::{Broken, Test};
use crate::perf::judge::{Part, rate_at_most, throughput_at_least};

const CLIENTS: usize = 20;
/// Lifecycles that a client has under way. With one alone, what is measured would be the distance to the service: 20
/// requests under way, 120 ms away, are 166 a second however fast it is.
const UNDER_WAY: usize = 8;
const PER_SECOND: f64 = 500.0;
const ERRORS: f64 = 0.02;
/// Operations are counted in slices of this length.
const SLICE: Duration = Duration::from_millis(100);
/// For a task that was just submitted.
const WAIT: Duration = Duration::from_secs(2);
/// How often a request is sent again.
const TRIES: usize = 5;
const QUEUE: &str = "load";

#[derive(Default)]
struct Counts {
    attempts: AtomicU64,
    failed: AtomicU64,
    done: AtomicU64,
}

pub(super) async fn run(ground: &Arc<Ground>) -> Result<Found, Broken> {
    let counts = Arc::new(Counts::default());
    let ends = Instant::now() + ground.scale.load;
    let mut workers = JoinSet::new();
    for number in 0..CLIENTS * UNDER_WAY {
        let (ground, counts) = (Arc::clone(ground), Arc::clone(&counts));
        let agent = format!("client-{}", number % CLIENTS);
        workers.spawn(async move {
            while Instant::now() < ends {
                lifecycle(&ground, &agent, &counts).await?;
            }
            Ok(())
        });
    }
    let rates = histogram(slices(&counts, ends).await);
    while let Some(ended) = workers.join_next().await {
        ended.map_err(|error| Broken::new(error.to_string()))??;
    }
    let (failed, attempts) = (counts.failed.load(Relaxed), counts.attempts.load(Relaxed));
    let mut found = Found::default();
    let floor = ground.scale.floor(Test::ConcurrentLoad, PER_SECOND);
    found.judged.push(throughput_at_least("throughput_per_s", Part::Throughput, floor, Some(&rates)));
    found.judged.push(rate_at_most("error_rate", Part::Reliability, ERRORS, failed, attempts));
    Ok(found)
}

/// Operations a second, slice by slice.
async fn slices(counts: &Counts, ends: Instant) -> Vec<u64> {
    let (mut rates, mut before, mut since) = (Vec::new(), 0, Instant::now());
    while since + SLICE <= ends {
        tokio::time::sleep_until((since + SLICE).into()).await;
        let (done, now) = (counts.done.load(Relaxed), Instant::now());
        let millis = u64::try_from((now - since).as_millis()).unwrap_or(u64::MAX).max(1);
        rates.push((done - before) * 1_000 / millis);
        (before, since) = (done, now);
    }
    rates
}

/// Submits a task, claims one, completes it.
async fn lifecycle(ground: &Ground, agent: &str, counts: &Counts) -> Result<(), Broken> {
    let task = json!({ "queue": QUEUE, "payload": { "ask": "what does this step need?" } });
    counts.sent(ground, &ground.submission(&task)?).await;
    let Some(answer) = counts.sent(ground, &ground.claiming(agent, QUEUE, 1, WAIT)?).await else {
        return Ok(());
    };
    for held in claimed(&answer) {
        counts.sent(ground, &ground.completing(&held.id, &held.lease.token, &json!("done"))?).await;
    }
    Ok(())
}

impl Counts {
    /// Sends until it is done, a few times at most, and counts each attempt.
    async fn sent(&self, ground: &Ground, request: &Request) -> Option<Answer> {
        for _ in 0..TRIES {
            self.attempts.fetch_add(1, Relaxed);
            match ground.client.attempt(request).await {
                Ok(answer) if answer.is_done() => {
                    self.done.fetch_add(1, Relaxed);
                    return Some(answer);
                }
                _ => self.failed.fetch_add(1, Relaxed),
            };
        }
        None
    }
}
