use waggle_core::perf::{Histogram, Series, Window};

use super::shape::Latency;
use crate::perf::history::Quantiles;

impl Latency {
    /// Of a histogram of microseconds.
    pub(super) fn of(window: &Window, series: Series) -> Self {
        let Some(histogram) = window.histogram(series) else { return Self::default() };
        let at = |quantile| Some(millis(histogram, quantile));
        Self {
            count: histogram.len(),
            p50_ms: at(0.5),
            p95_ms: at(0.95),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            max_ms: at(1.0),
            mean_ms: Some(rounded(histogram.mean() / 1_000.0)),
        }
    }
}

/// The quantiles that a sample keeps; nothing where nothing was recorded.
pub(crate) fn quantiles(window: &Window, series: Series) -> Option<Quantiles> {
    let histogram = window.histogram(series)?;
    Some(Quantiles {
        p50_ms: millis(histogram, 0.5),
        p95_ms: millis(histogram, 0.95),
        p99_ms: millis(histogram, 0.99),
    })
}

fn millis(histogram: &Histogram, quantile: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "values stay below 2^26")]
    let micros = histogram.value_at_quantile(quantile) as f64;
    rounded(micros / 1_000.0)
}

/// Three decimals: what is measured in microseconds has no more.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use waggle_core::perf::Recorder;

    use super::*;

    #[test]
    fn what_was_not_measured_is_null() {
        let window = Recorder::default().window(Duration::from_secs(60));
        let latency = serde_json::to_value(Latency::of(&window, Series::Submit)).unwrap();
        assert_eq!(latency["count"], 0);
        let figures = latency.as_object().unwrap();
        assert!(figures.iter().all(|(name, value)| name == "count" || value.is_null()), "{latency}");
        assert_eq!(quantiles(&window, Series::Submit), None);
    }

    #[test]
    fn quantiles_are_those_of_the_values_in_milliseconds() {
        let recorder = Recorder::default();
        (1..=1_000).for_each(|n| recorder.record(Series::Submit, Duration::from_micros(n * 100)));
        let latency = Latency::of(&recorder.window(Duration::from_secs(60)), Series::Submit);
        let near = |told: Option<f64>, expected: f64| (told.unwrap() - expected).abs() <= expected * 0.01;
        assert_eq!(latency.count, 1_000);
        for (told, expected) in [
            (latency.p50_ms, 50.0),
            (latency.p95_ms, 95.0),
            (latency.p99_ms, 99.0),
            (latency.p999_ms, 99.9),
            (latency.max_ms, 100.0),
            (latency.mean_ms, 50.05),
        ] {
            assert!(near(told, expected), "{told:?} is not {expected}");
        }
    }
}
