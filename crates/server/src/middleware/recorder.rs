use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Gauge, Histogram, gauge, histogram};

use crate::metrics::{HTTP_DURATION, HTTP_IN_FLIGHT};

/// Records requests; finds its series without building their labels again.
#[derive(Debug)]
pub(crate) struct Recorder {
    in_flight: Gauge,
    /// By route template: few routes, each with few methods and statuses.
    routes: RwLock<HashMap<Box<str>, Vec<Series>>>,
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
        Self { in_flight: gauge!(HTTP_IN_FLIGHT), routes: RwLock::default() }
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
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let known = routes.get(route).into_iter().flatten();
        let series = known.into_iter().find(|series| series.method == method && series.status == status);
        series.inspect(|series| series.histogram.record(took)).is_some()
    }

    fn series(&self, route: &str, method: &'static str, status: StatusCode) -> Histogram {
        let labels = [
            ("route", route.to_owned()),
            ("method", method.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        let histogram = histogram!(HTTP_DURATION, &labels);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let series = Series { method, status, histogram: histogram.clone() };
        routes.entry(route.into()).or_default().push(series);
        histogram
    }
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
        _ => "other",
    }
}
