use super::judge::figure;
use crate::perf::alert::{Finding, Readings};

/// Writes that had to wait for the disk since the refresh before, at least 1 where Redis cannot write at all.
pub(super) fn find(readings: &Readings) -> Option<Finding> {
    let reading = readings.persistence?;
    let delayed = reading.delayed_fsyncs;
    let (value, message) = if reading.aof_ok {
        (delayed, format!("{delayed} writes to the append-only file had to wait for the disk"))
    } else {
        (delayed.max(1), "Redis cannot write to its disk".to_owned())
    };
    Some(Finding::new(figure(value), 0.0, message))
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;
    use crate::perf::alert::PersistenceReading;

    fn found(persistence: Option<PersistenceReading>) -> Option<Finding> {
        find(&Readings { persistence, ..Readings::default() })
    }

    fn of(aof_ok: bool, delayed_fsyncs: u64) -> Option<Finding> {
        found(Some(PersistenceReading { aof_ok, delayed_fsyncs }))
    }

    #[test]
    fn it_speaks_when_redis_cannot_write_or_waits_for_its_disk() {
        let well = of(true, 0);
        for failing in [of(false, 0), of(true, 1)] {
            assert_rule(&found(None), &well, &failing);
        }
        assert_eq!(of(true, 7).unwrap().value, 7.0);
    }
}
