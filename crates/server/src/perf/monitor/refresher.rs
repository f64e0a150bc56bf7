use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use waggle_core::perf::{LONGEST, Slot, Window};
use waggle_task_queue::model::Stamp;
use waggle_task_queue::{FleetList, Survey, Surveyor, TaskQueue};

use super::handle::{Monitor, now};
use super::readings::readings;
use super::sight::{Sight, Waiting, redis_figures};
use crate::perf::Update;
use crate::perf::alert::QueueReading;
use crate::perf::fleet::{Published, slots_kept};
use crate::perf::gauges;
use crate::perf::history::Sample;
use crate::perf::judge::trends;
use crate::perf::report::{QUEUES, Trend, sample};

/// How often what the threads have recorded is gathered.
const GATHER: Duration = Duration::from_secs(1);
/// Refreshes without which the others take a server for gone.
const REFRESHES_TO_BE_GONE: u32 = 3;
/// The time over which a trend is looked for.
const TREND: Duration = Duration::from_mins(10);
/// The longest that one part of a refresh may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Looks at everything again and again: what the service serves, Redis, and what it did itself.
#[derive(Debug)]
pub struct Refresher {
    loops: JoinSet<()>,
}

/// Where a refresh goes on.
#[derive(Debug, Default)]
pub(super) struct Round {
    surveyor: Surveyor,
    survey: Survey,
    /// Up to when what the recorder holds has been told: samples, alerts and the other servers are told of each event
    /// once.
    told: Duration,
    restored: bool,
    failing: bool,
    /// Times that writes had waited for the disk at the refresh before.
    delayed_fsyncs: Option<u64>,
}

impl Refresher {
    /// Begins; ends when it is dropped.
    pub fn spawn(monitor: &Monitor) -> Self {
        let mut loops = JoinSet::new();
        loops.spawn(gather(monitor.clone()));
        loops.spawn(refresh(monitor.clone()));
        Self { loops }
    }

    /// Stops and waits until it has.
    pub async fn stop(mut self) {
        self.loops.shutdown().await;
    }
}

async fn gather(monitor: Monitor) {
    let mut ticks = ticks(GATHER);
    loop {
        ticks.tick().await;
        monitor.recorder().gather();
    }
}

async fn refresh(monitor: Monitor) {
    let (mut ticks, mut round) = (ticks(monitor.config().refresh()), Round::default());
    loop {
        ticks.tick().await;
        round.run_once(&monitor).await;
    }
}

/// A look that took too long is not made up for.
fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

impl Round {
    /// One refresh; the sample it took.
    pub(super) async fn run_once(&mut self, monitor: &Monitor) -> Arc<Sample> {
        if !self.restored {
            self.restored = restore(monitor).await;
        }
        let sight = self.look(monitor).await;
        self.report(&sight);
        gauges::show(&sight);
        let sight = Arc::new(sight);
        monitor.see(Arc::clone(&sight));
        let (slot, now) = monitor.recorder().since(self.told);
        let window = Window::of(&slot, now.saturating_sub(self.told));
        self.told = now;
        let sample = Arc::new(sample(monitor, &window));
        monitor.history().add(Arc::clone(&sample));
        monitor.updates().tell(Update::Sample(Arc::clone(&sample)));
        self.judge(monitor, &sight, &window, sample.at);
        publish(monitor, slot, &sample).await;
        sample
    }

    async fn look(&mut self, monitor: &Monitor) -> Sight {
        let queue = monitor.queue();
        let redis = timeout(PATIENCE, queue.redis().figures());
        let survey = timeout(PATIENCE, self.surveyor.run_once(queue, QUEUES));
        let (redis, survey) = futures_util::future::join(redis, survey).await;
        let redis = redis.map_err(|_| LATE.to_owned()).and_then(|figures| figures.map_err(reason));
        let survey = survey.map_err(|_| LATE.to_owned()).and_then(|survey| survey.map_err(reason));
        let survey_failed = match survey {
            Ok(survey) => {
                self.survey = survey;
                None
            }
            Err(reason) => Some(reason),
        };
        let waiting = queue.waiting_by_queue();
        Sight {
            waited_for: self.waited_for(queue, &waiting).await,
            redis: redis.map(|figures| redis_figures(figures, monitor.mode())),
            survey: self.survey.clone(),
            survey_failed,
            waiting,
            trends: trends_of(monitor),
        }
    }

    fn judge(&mut self, monitor: &Monitor, sight: &Sight, window: &Window, at: Stamp) {
        let delayed = sight.redis.as_ref().ok().map(|redis| redis.aof_delayed_fsync);
        monitor.alerts().judge(at, &readings(monitor, sight, window, self.delayed_fsyncs));
        self.delayed_fsyncs = delayed.or(self.delayed_fsyncs);
    }

    /// The queues that claims wait for now and that have ready tasks.
    async fn waited_for(&self, queue: &TaskQueue, waiting: &Waiting) -> Option<Vec<QueueReading>> {
        let waited = waiting.iter().filter(|(_, claims)| **claims > 0).map(|(name, _)| name.clone());
        let ready = timeout(PATIENCE, self.surveyor.ready_of(queue, waited)).await.ok()?.ok()?;
        let readings = ready.into_iter().map(|(swarm, seen)| QueueReading {
            oldest_ready_ms: seen.oldest_ready_ms.unwrap_or(0),
            queue: seen.name.to_string(),
            waiting: waiting.get(&(swarm.clone(), seen.name)).map_or(0, |claims| *claims as u64),
            swarm: swarm.to_string(),
        });
        Some(readings.collect())
    }

    /// Says once that it fails, and once that it works again.
    fn report(&mut self, sight: &Sight) {
        let failure = sight.redis.as_ref().err().or(sight.survey_failed.as_ref());
        match failure {
            Some(reason) if !self.failing => {
                tracing::warn!(reason, "the figures of operators cannot be refreshed");
            }
            None if self.failing => tracing::info!("the figures of operators are refreshed again"),
            _ => {}
        }
        self.failing = failure.is_some();
    }
}

/// Tells the other servers what this one did, and keeps the sample for the time after a restart. What cannot be told,
/// because Redis is away, is missing in what the others report, and is not told twice because nobody knows.
async fn publish(monitor: &Monitor, slot: Slot, sample: &Sample) {
    let (queue, config, node) = (monitor.queue(), monitor.config(), monitor.node().as_str());
    let published = Published { slot, span: Duration::from_millis(sample.span_ms), pool: monitor.pool() };
    let (entry, kept) = (published.encode(), slots_kept(config.refresh()));
    let present = config.refresh() * REFRESHES_TO_BE_GONE;
    let slots = queue.publish(node, FleetList::Slots, &entry, kept, LONGEST + present, Some(present));
    let (text, retention) = (serde_json::to_vec(sample), Duration::from_millis(config.retention_ms));
    // A sample is made of numbers and a stamp, which are always JSON.
    let text = text.unwrap_or_default();
    let samples = queue.publish(node, FleetList::Samples, &text, config.samples(), retention, None);
    let both = timeout(PATIENCE, futures_util::future::join(slots, samples)).await;
    if !matches!(both, Ok((Ok(()), Ok(())))) {
        tracing::debug!("what this server did could not be published");
    }
}

fn trends_of(monitor: &Monitor) -> Vec<Trend> {
    let since = Stamp(now().0 - i64::try_from(TREND.as_millis()).unwrap_or(i64::MAX));
    let samples = monitor.history().between(since, Stamp(i64::MAX));
    trends(samples.iter().map(AsRef::as_ref))
}

const LATE: &str = "Redis did not answer in time";

/// What Redis itself said stays in the log.
fn reason(error: impl std::fmt::Display) -> String {
    tracing::debug!(%error, "a refresh met an error");
    "Redis could not be asked".to_owned()
}

/// Takes up the samples from before a restart; false where Redis could not be asked.
async fn restore(monitor: &Monitor) -> bool {
    let nodes = [monitor.node().as_str().to_owned()];
    let most = monitor.config().samples();
    let Ok(Ok(lists)) = timeout(PATIENCE, monitor.queue().published(&nodes, FleetList::Samples, most)).await
    else {
        return false;
    };
    let samples = lists.into_iter().flatten().filter_map(|entry| serde_json::from_slice(&entry.entry).ok());
    monitor.history().restore(samples.map(Arc::new));
    true
}
