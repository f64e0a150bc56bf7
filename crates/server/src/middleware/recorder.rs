use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Gauge, Histogram, gauge, histogram};

use waggle_core::perf::{OperationId, Series as Measured};

use crate::metrics::{HTTP_DURATION, HTTP_IN_FLIGHT};
use crate::perf::Monitor;
use crate::problem::Problem;

/// Records requests; finds its series without building their labels again.
#[derive(Debug)]
pub(crate) struct Recorder {
    in_flight: Gauge,
    /// By route template: few routes, each with few methods and statuses.
    routes: RwLock<HashMap<Box<str>, Vec<Series>>>,
    monitor: Monitor,
}

struct Series {
    method: &'static str,
    status: StatusCode,
    histogram: Histogram,
    /// Its number in reports; nothing for what operators and probes ask.
    operation: Option<OperationId>,
}

impl std::fmt::Debug for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.status)
    }
}

impl Recorder {
    /// Records into whatever recorder is installed now.
    pub(crate) fn new(monitor: Monitor) -> Self {
        Self { in_flight: gauge!(HTTP_IN_FLIGHT), routes: RwLock::default(), monitor }
    }

    pub(super) fn begin(&self) {
        self.in_flight.increment(1);
    }

    pub(super) fn end(&self) {
        self.in_flight.decrement(1);
    }

    /// Labels come from bounded sets: `route` is a template. `waited` is the part of `took` that was waited on purpose.
    pub(super) fn record(
        &self,
        route: &str,
        method: &Method,
        status: StatusCode,
        took: Duration,
        waited: Duration,
    ) {
        let method = label(method);
        let (histogram, operation) =
            self.known(route, method, status).unwrap_or_else(|| self.series(route, method, status));
        histogram.record(took);
        if let Some(operation) = operation {
            let (perf, busy) = (self.monitor.recorder(), took.saturating_sub(waited));
            perf.record(Measured::Http, busy);
            perf.done(operation, busy, status.is_server_error());
        }
    }

    /// Counts an error that is answered; one of the service is kept to be looked at.
    pub(super) fn failed(&self, route: &str, method: &Method, problem: &Problem, request_id: &str) {
        if is_work(route) || problem.status().is_server_error() {
            self.monitor.note_problem(problem, || format!("{} {route}", label(method)), request_id);
        }
    }

    fn known(&self, route: &str, method: &'static str, status: StatusCode) -> Option<Known> {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let known = routes.get(route).into_iter().flatten();
        let mut known = known.filter(|series| series.method == method && series.status == status);
        known.next().map(|series| (series.histogram.clone(), series.operation))
    }

    fn series(&self, route: &str, method: &'static str, status: StatusCode) -> Known {
        let labels = [
            ("route", route.to_owned()),
            ("method", method.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        let histogram = histogram!(HTTP_DURATION, &labels);
        let operation =
            is_work(route).then(|| self.monitor.recorder().operation(&format!("{method} {route}")));
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let series = Series { method, status, histogram: histogram.clone(), operation };
        routes.entry(route.into()).or_default().push(series);
        (histogram, operation)
    }
}

/// Where a request is recorded.
type Known = (Histogram, Option<OperationId>);

/// Whether a route is what the service is for: what probes, scrapers and operators ask says nothing about that.
fn is_work(route: &str) -> bool {
    route.starts_with("/v1/")
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
