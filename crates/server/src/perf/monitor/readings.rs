use waggle_core::perf::{Series, Window};

use super::handle::Monitor;
use super::sight::Sight;
use crate::perf::alert::{
    ErrorReading, LatencyReading, MemoryReading, PersistenceReading, PoolReading, Readings,
};
use crate::perf::report::{PoolFigures, RedisFigures, operations, quantiles};

/// What alerts are judged by: `window` is what the server did since the refresh before, `sight` what this one saw. `delayed_before` are the
/// writes that had waited for the disk when it was asked before.
pub(super) fn readings(
    monitor: &Monitor,
    sight: &Sight,
    window: &Window,
    delayed_before: Option<u64>,
) -> Readings {
    let redis = sight.redis.as_ref().ok();
    let surveyed = sight.survey_failed.is_none();
    Readings {
        assignment: assignment(window),
        errors: Some(errors(window)),
        memory: redis.map(|redis| MemoryReading { share: redis.memory_ratio }),
        pool: Some(pool(&monitor.pool(), window)),
        // A managed Redis may refuse to speak of itself and serve tasks all the same.
        redis_healthy: (redis.is_some() || surveyed) && !monitor.queue().redis().breaker_open(),
        queues: sight.waited_for.clone(),
        agents_lost: surveyed.then_some(sight.survey.agents.lost),
        persistence: redis.map(|redis| persistence(redis, delayed_before)),
    }
}

fn assignment(window: &Window) -> Option<LatencyReading> {
    let count = window.recorded(Series::TaskAssignment);
    quantiles(window, Series::TaskAssignment)
        .map(|quantiles| LatencyReading { p95_ms: quantiles.p95_ms, count })
}

fn errors(window: &Window) -> ErrorReading {
    let (count, failed) = operations(window);
    ErrorReading { failed, count }
}

fn pool(figures: &PoolFigures, window: &Window) -> PoolReading {
    let longest = window.histogram(Series::PoolAcquire).map_or(0, |waits| waits.max());
    #[expect(clippy::cast_precision_loss, reason = "values stay below 2^26")]
    let longest_wait_ms = longest as f64 / 1_000.0;
    PoolReading { in_use: figures.in_use, max: figures.max, waiting: figures.waiting, longest_wait_ms }
}

fn persistence(redis: &RedisFigures, delayed_before: Option<u64>) -> PersistenceReading {
    let delayed = redis.aof_delayed_fsync;
    // It counts from 0 again where Redis was started again.
    let delayed_fsyncs = delayed.saturating_sub(delayed_before.unwrap_or(delayed));
    PersistenceReading { aof_ok: redis.aof_ok, delayed_fsyncs }
}
