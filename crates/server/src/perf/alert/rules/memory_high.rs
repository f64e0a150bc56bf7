use super::judge::{figure, percent, share};
use crate::config::AlertsConfig;
use crate::perf::alert::{Finding, Readings};

/// The share of Redis' `maxmemory` that is in use; none where there is no bound.
pub(super) fn find(readings: &Readings, config: &AlertsConfig) -> Option<Finding> {
    let reading = readings.memory?;
    let limit = share(config.memory_percent);
    if reading.max == 0 {
        // Its bound was taken away: whatever was said of it is over.
        return Some(Finding::new(0.0, limit, "Redis has no `maxmemory`".to_owned()));
    }
    let used = figure(reading.used) / figure(reading.max);
    let message = format!(
        "Redis uses {} of its `maxmemory` of {} bytes; {} is the limit, and when it is full new tasks are refused",
        percent(used),
        reading.max,
        percent(limit)
    );
    Some(Finding::new(used, limit, message))
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;
    use crate::perf::alert::MemoryReading;

    fn found(memory: Option<MemoryReading>) -> Option<Finding> {
        find(&Readings { memory, ..Readings::default() }, &AlertsConfig::default())
    }

    #[test]
    fn it_speaks_when_more_is_used_than_the_setting_allows() {
        let of = |used, max| found(Some(MemoryReading { used, max }));
        assert_rule(&found(None), &of(80, 100), &of(81, 100));
    }

    #[test]
    fn a_redis_that_may_use_any_number_of_bytes_is_never_full() {
        let unbounded = found(Some(MemoryReading { used: u64::MAX, max: 0 })).unwrap();
        assert!(!unbounded.holds(), "{unbounded:?}");
    }
}
