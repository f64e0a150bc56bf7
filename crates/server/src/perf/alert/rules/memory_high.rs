use super::judge::{percent, share};
use crate::config::AlertsConfig;
use crate::perf::alert::{Finding, Readings};

/// The share of its `maxmemory` that Redis uses, that of the fullest primary in a cluster; 0 where there is no bound.
pub(super) fn find(readings: &Readings, config: &AlertsConfig) -> Option<Finding> {
    let reading = readings.memory?;
    let limit = share(config.memory_percent);
    let Some(used) = reading.share else {
        // Its bound was taken away: whatever was said of it is over.
        return Some(Finding::new(0.0, limit, "Redis has no `maxmemory`".to_owned()));
    };
    let message = format!(
        "Redis uses {} of its `maxmemory`, in a cluster where it is fullest; {} is the limit, and when it is full new \
         tasks are refused",
        percent(used),
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
        let of = |share| found(Some(MemoryReading { share: Some(share) }));
        assert_rule(&found(None), &of(0.80), &of(0.81));
    }

    #[test]
    fn a_redis_that_may_use_any_number_of_bytes_is_never_full() {
        let unbounded = found(Some(MemoryReading { share: None })).unwrap();
        assert!(!unbounded.holds(), "{unbounded:?}");
    }
}
