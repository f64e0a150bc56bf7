use super::judge::{figure, percent, share};
use crate::config::AlertsConfig;
use crate::perf::alert::readings::PoolReading;
use crate::perf::alert::{Finding, Readings};

/// The share of the pool that is lent out, or how long a caller waited for a connection: whichever passes its limit.
pub(super) fn find(readings: &Readings, config: &AlertsConfig) -> Option<Finding> {
    let reading = readings.pool.filter(|reading| reading.max > 0)?;
    let (lent, wait) = (lent(&reading, config), wait(&reading, config));
    Some(if !lent.holds() && wait.holds() { wait } else { lent })
}

fn lent(reading: &PoolReading, config: &AlertsConfig) -> Finding {
    let (used, limit) = (figure(reading.in_use) / figure(reading.max), share(config.pool_percent));
    let message = format!(
        "{} of {} connections of the pool are in use and {} callers wait; {} is the limit",
        reading.in_use,
        reading.max,
        reading.waiting,
        percent(limit)
    );
    Finding::new(used, limit, message)
}

fn wait(reading: &PoolReading, config: &AlertsConfig) -> Finding {
    let message = format!(
        "a caller waited {:.0} ms for a connection of the pool; {} ms is the limit",
        reading.longest_wait_ms, config.pool_wait_ms
    );
    Finding::new(reading.longest_wait_ms, figure(config.pool_wait_ms), message)
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;

    fn found(pool: Option<PoolReading>) -> Option<Finding> {
        find(&Readings { pool, ..Readings::default() }, &AlertsConfig::default())
    }

    fn of(in_use: u64, longest_wait_ms: f64) -> Option<Finding> {
        found(Some(PoolReading { in_use, max: 20, waiting: 0, longest_wait_ms }))
    }

    #[test]
    fn it_speaks_when_nearly_all_connections_are_lent_out() {
        assert_rule(&found(None), &of(18, 1_000.0), &of(19, 0.0));
        assert_eq!(of(19, 0.0).unwrap().threshold, 0.9);
    }

    #[test]
    fn it_speaks_when_a_caller_waits_for_too_long() {
        assert_rule(&found(None), &of(1, 1_000.0), &of(1, 1_001.0));
        let wait = of(1, 1_001.0).unwrap();
        assert_eq!((wait.value, wait.threshold), (1_001.0, 1_000.0));
    }
}
