use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Gauge, Histogram, gauge, histogram};

use crate::metrics::{HTTP_DURATION, HTTP_IN_FLIGHT};

/// Series told apart, each some 3 KiB of `/metrics`; further ones are of the route and the method `other`.
const MAX_SERIES: usize = 224;
/// Of them, for requests refused with a 4xx, so that whoever tries all doors leaves room for the others.
const MAX_REFUSED: usize = 64;
/// Route and method of a series beyond the bound.
const OTHER: &str = "other";

/// Records requests; finds its series without building their labels again.
#[derive(Debug)]
pub(crate) struct Recorder {
    in_flight: Gauge,
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By route template: few routes, each with few methods and statuses.
    routes: HashMap<Box<str>, Vec<Series>>,
    series: usize,
    refused: usize,
}

struct Series {
    method: &'static str,
    status: StatusCode,
    histogram: Histogram,
}

impl std::fmt::Debug for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.status)
    }
}

impl Recorder {
    /// Records into whatever recorder is installed now.
    pub(crate) fn new() -> Self {
        Self { in_flight: gauge!(HTTP_IN_FLIGHT), known: RwLock::default() }
    }

    pub(super) fn begin(&self) {
        self.in_flight.increment(1);
    }

    pub(super) fn end(&self) {
        self.in_flight.decrement(1);
    }

    /// Labels come from bounded sets: `route` is a template.
    pub(super) fn record(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let method = label(method);
        if !self.record_known(route, method, status, took) {
            self.series(route, method, status).record(took);
        }
    }

    fn record_known(&self, route: &str, method: &'static str, status: StatusCode, took: Duration) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let series = known.find(route, method, status);
        let beyond = || known.find(OTHER, OTHER, status).filter(|_| !known.has_room(status));
        series.or_else(beyond).inspect(|series| series.histogram.record(took)).is_some()
    }

    fn series(&self, route: &str, method: &'static str, status: StatusCode) -> Histogram {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let (route, method) = if known.has_room(status) { (route, method) } else { (OTHER, OTHER) };
        // Somebody else may have been faster.
        if let Some(series) = known.find(route, method, status) {
            return series.histogram.clone();
        }
        let histogram = histogram(route, method, status);
        known.add(route, Series { method, status, histogram: histogram.clone() });
        histogram
    }
}

impl Known {
    fn find(&self, route: &str, method: &'static str, status: StatusCode) -> Option<&Series> {
        let mut series = self.routes.get(route).into_iter().flatten();
        series.find(|series| series.method == method && series.status == status)
    }

    /// Whether one more series may be told apart.
    fn has_room(&self, status: StatusCode) -> bool {
        self.series < MAX_SERIES && (self.refused < MAX_REFUSED || !status.is_client_error())
    }

    fn add(&mut self, route: &str, series: Series) {
        self.series += 1;
        self.refused += usize::from(series.status.is_client_error());
        self.routes.entry(route.into()).or_default().push(series);
    }
}

fn histogram(route: &str, method: &'static str, status: StatusCode) -> Histogram {
    let labels =
        [("route", route.to_owned()), ("method", method.to_owned()), ("status", status.as_str().to_owned())];
    histogram!(HTTP_DURATION, &labels)
}

/// A client may invent methods; a label may not grow with them.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: usize = 100;

    fn record_everything(recorder: &Recorder) {
        let statuses = [200, 201, 204, 400, 404, 405, 409, 413, 415, 422, 429, 500, 503, 504];
        for route in (0..ROUTES).map(|at| format!("/v1/swarms/{{swarm}}/agents/{{agent}}/a-long-name/{at}")) {
            for status in statuses.map(|status| StatusCode::from_u16(status).unwrap()) {
                for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::TRACE] {
                    recorder.record(&route, &method, status, Duration::from_millis(3));
                }
            }
        }
    }

    #[test]
    fn series_are_bounded_and_every_request_is_in_one() {
        let prometheus = metrics_exporter_prometheus::PrometheusBuilder::new()
            .set_buckets_for_metric(metrics_exporter_prometheus::Matcher::Suffix("_seconds".into()), &[1.0])
            .unwrap()
            .build_recorder();
        metrics::with_local_recorder(&prometheus, || record_everything(&Recorder::new()));
        let text = prometheus.handle().render();
        let counts: Vec<_> =
            text.lines().filter(|line| line.starts_with(&format!("{HTTP_DURATION}_count"))).collect();
        let (faults, refusals): (Vec<_>, Vec<_>) =
            counts.iter().partition(|line| !line.contains("status=\"4"));
        assert!(counts.len() <= MAX_SERIES + 14, "{}", counts.len());
        assert!(refusals.len() <= MAX_REFUSED + 8, "{}", refusals.len());
        assert!(faults.len() > MAX_REFUSED);
        let total = |lines: &[&&str]| -> u64 {
            lines.iter().map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
        };
        assert_eq!(total(&faults) + total(&refusals), (ROUTES * 14 * 5) as u64);
    }
}
