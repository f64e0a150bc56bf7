use super::judge::{figure, percent, share};
use crate::config::AlertsConfig;
use crate::perf::alert::{Finding, Readings};

/// The share of requests that failed by a fault of the service.
pub(super) fn find(readings: &Readings, config: &AlertsConfig) -> Option<Finding> {
    let reading = readings.errors.filter(|reading| reading.count > 0)?;
    let (rate, limit) = (figure(reading.failed) / figure(reading.count), share(config.error_percent));
    let message = format!(
        "{} of {} requests failed by a fault of the service, {}; {} is the limit",
        reading.failed,
        reading.count,
        percent(rate),
        percent(limit)
    );
    Some(Finding::new(rate, limit, message))
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;
    use crate::perf::alert::ErrorReading;

    fn found(errors: Option<ErrorReading>) -> Option<Finding> {
        find(&Readings { errors, ..Readings::default() }, &AlertsConfig::default())
    }

    #[test]
    fn it_speaks_when_more_requests_fail_than_the_setting_allows() {
        let of = |failed, count| found(Some(ErrorReading { failed, count }));
        assert_rule(&found(None), &of(2, 100), &of(3, 100));
        assert_eq!(of(0, 0), None, "there was no request");
    }
}
