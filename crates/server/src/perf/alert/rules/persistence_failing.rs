use super::judge::figure;
use crate::perf::alert::{Finding, Readings};

/// Writes that had to wait for the disk since the refresh before, at least 1 where Redis cannot write at all.
pub(super) fn find(readings: &Readings) -> Option<Finding> {
    let reading = readings.persistence.as_ref()?;
    let (value, message) = if let Some(problem) = &reading.problem {
        (reading.delayed_fsyncs.max(1), format!("Redis cannot keep what it is told: {problem}"))
    } else if !reading.aof_ok {
        (reading.delayed_fsyncs.max(1), "Redis cannot write its append-only file".to_owned())
    } else {
        let delayed = reading.delayed_fsyncs;
        (delayed, format!("{delayed} writes to the append-only file had to wait for the disk"))
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

    fn of(aof_ok: bool, delayed_fsyncs: u64, problem: Option<&str>) -> Option<Finding> {
        found(Some(PersistenceReading { aof_ok, delayed_fsyncs, problem: problem.map(str::to_owned) }))
    }

    #[test]
    fn it_speaks_when_redis_cannot_write_or_waits_for_its_disk() {
        let well = of(true, 0, None);
        for failing in [of(false, 0, None), of(true, 1, None), of(true, 0, Some("the disk is full"))] {
            assert_rule(&found(None), &well, &failing);
        }
        assert_eq!(of(true, 7, None).unwrap().value, 7.0);
    }
}
