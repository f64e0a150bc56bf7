use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Gauge, gauge};
use waggle_core::perf::Series as Measured;

use super::known_series::{KnownSeries, OTHER, Place, Series};
use super::method::known_method;
use crate::metrics::HTTP_IN_FLIGHT;
use crate::perf::Monitor;
use crate::problem::Problem;

/// Records requests; finds its series without building their labels again.
#[derive(Debug)]
pub(crate) struct Recorder {
    in_flight: Gauge,
    known: RwLock<KnownSeries>,
    monitor: Monitor,
}

impl Recorder {
    /// Records into whatever recorder is installed now.
    pub(crate) fn new(monitor: Monitor) -> Self {
        Self { in_flight: gauge!(HTTP_IN_FLIGHT), known: RwLock::default(), monitor }
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

    fn known(&self, route: &str, method: &'static str, status: StatusCode) -> Option<Place> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.find(route, method, status).map(Series::place)
    }

    fn series(&self, route: &str, method: &'static str, status: StatusCode) -> Place {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let (route, method) = known.told_apart(route, method, status);
        // Somebody else may have been faster.
        if let Some(series) = known.find(route, method, status) {
            return series.place();
        }
        let operation =
            is_work(route).then(|| self.monitor.recorder().operation(&format!("{method} {route}")));
        let series = Series::new(route, method, status, operation);
        let place = series.place();
        known.add(route, series);
        place
    }
}

/// Whether a route is what the service is for: what probes, scrapers and operators ask says nothing about that.
pub(super) fn is_work(route: &str) -> bool {
    route.starts_with("/v1/")
}

fn label(method: &Method) -> &'static str {
    known_method(method).unwrap_or(OTHER)
}
