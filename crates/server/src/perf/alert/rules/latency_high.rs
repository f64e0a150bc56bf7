use super::judge::figure;
use crate::config::AlertsConfig;
use crate::perf::alert::{Finding, Readings};

/// The p95 of task assignment, in milliseconds.
pub(super) fn find(readings: &Readings, config: &AlertsConfig) -> Option<Finding> {
    let reading = readings.assignment.filter(|reading| reading.count > 0)?;
    let message = format!(
        "95 of 100 ready tasks reached an agent that waited within {:.1} ms; {} ms is the limit",
        reading.p95_ms, config.latency_p95_ms
    );
    Some(Finding::new(reading.p95_ms, figure(config.latency_p95_ms), message))
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;
    use crate::perf::alert::LatencyReading;

    fn found(assignment: Option<LatencyReading>) -> Option<Finding> {
        find(&Readings { assignment, ..Readings::default() }, &AlertsConfig::default())
    }

    #[test]
    fn it_speaks_when_the_p95_is_above_the_setting() {
        let of = |p95_ms, count| found(Some(LatencyReading { p95_ms, count }));
        assert_rule(&found(None), &of(100.0, 40), &of(100.1, 40));
        assert_eq!(of(5_000.0, 0), None, "no task was assigned");
    }
}
