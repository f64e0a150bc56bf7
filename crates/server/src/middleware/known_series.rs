use std::collections::HashMap;

use axum::http::StatusCode;
use metrics::{Histogram, histogram};
use waggle_core::perf::OperationId;

use super::recorder::is_work;
use crate::metrics::HTTP_DURATION;

/// Series told apart, each some 3 KiB of `/metrics`; further ones share a route and a method.
const MAX_SERIES: usize = 224;
/// Of them, for requests refused with a 4xx, so that whoever tries all doors leaves room for the others.
const MAX_REFUSED: usize = 64;
/// Method, and route of what is no work, of a series beyond the bound.
pub(super) const OTHER: &str = "other";
/// Route of work beyond the bound.
const OTHER_WORK: &str = "/v1/other";

/// The series of requests that were met so far.
#[derive(Debug, Default)]
pub(super) struct KnownSeries {
    /// By route template: few routes, each with few methods and statuses.
    routes: HashMap<Box<str>, Vec<Series>>,
    count: usize,
    refused: usize,
}

/// Requests of a method and a status to a route.
pub(super) struct Series {
    method: &'static str,
    status: StatusCode,
    histogram: Histogram,
    /// Its number in reports; nothing for what operators and probes ask.
    operation: Option<OperationId>,
}

/// Where a request is recorded.
pub(super) type Place = (Histogram, Option<OperationId>);

impl KnownSeries {
    /// The series of a request, where there is one already.
    pub(super) fn find(&self, route: &str, method: &'static str, status: StatusCode) -> Option<&Series> {
        let beyond = || self.exact(beyond(route), OTHER, status).filter(|_| !self.has_room(status));
        self.exact(route, method, status).or_else(beyond)
    }

    /// Route and method under which a request that was not met yet is recorded.
    pub(super) fn told_apart<'a>(
        &self,
        route: &'a str,
        method: &'static str,
        status: StatusCode,
    ) -> (&'a str, &'static str) {
        if self.has_room(status) { (route, method) } else { (beyond(route), OTHER) }
    }

    pub(super) fn add(&mut self, route: &str, series: Series) {
        self.count += 1;
        self.refused += usize::from(series.status.is_client_error());
        self.routes.entry(route.into()).or_default().push(series);
    }

    fn exact(&self, route: &str, method: &'static str, status: StatusCode) -> Option<&Series> {
        let mut series = self.routes.get(route).into_iter().flatten();
        series.find(|series| series.method == method && series.status == status)
    }

    fn has_room(&self, status: StatusCode) -> bool {
        self.count < MAX_SERIES && (self.refused < MAX_REFUSED || !status.is_client_error())
    }
}

impl Series {
    pub(super) fn new(
        route: &str,
        method: &'static str,
        status: StatusCode,
        operation: Option<OperationId>,
    ) -> Self {
        let labels = [
            ("route", route.to_owned()),
            ("method", method.to_owned()),
            ("status", status.as_str().to_owned()),
        ];
        Self { method, status, histogram: histogram!(HTTP_DURATION, &labels), operation }
    }

    pub(super) fn place(&self) -> Place {
        (self.histogram.clone(), self.operation)
    }
}

impl std::fmt::Debug for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.status)
    }
}

fn beyond(route: &str) -> &'static str {
    if is_work(route) { OTHER_WORK } else { OTHER }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUSES: [u16; 14] = [200, 201, 204, 400, 404, 405, 409, 413, 415, 422, 429, 500, 503, 504];
    const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];

    /// What the recorder does with a request.
    fn record(known: &mut KnownSeries, route: &str, method: &'static str, status: StatusCode) {
        let (route, method) = match known.find(route, method, status) {
            Some(_) => return,
            None => known.told_apart(route, method, status),
        };
        known.add(route, Series::new(route, method, status, None));
    }

    fn try_everything(routes: usize) -> KnownSeries {
        let mut known = KnownSeries::default();
        for route in (0..routes).flat_map(|at| [format!("/v1/{at}"), format!("/health/{at}")]) {
            for status in STATUSES.map(|status| StatusCode::from_u16(status).unwrap()) {
                for method in METHODS {
                    record(&mut known, &route, method, status);
                }
            }
        }
        known
    }

    #[test]
    fn series_are_bounded_whatever_is_asked_for() {
        for routes in [100, 1_000] {
            let known = try_everything(routes);
            let series: usize = known.routes.values().map(Vec::len).sum();
            assert_eq!(series, known.count);
            assert!(series <= MAX_SERIES + 2 * STATUSES.len(), "{series}");
        }
    }

    #[test]
    fn refusals_leave_room_for_what_was_done_and_for_faults() {
        let mut known = KnownSeries::default();
        for route in (0..1_000).map(|at| format!("/v1/{at}")) {
            record(&mut known, &route, "GET", StatusCode::NOT_FOUND);
        }
        assert!(known.refused <= MAX_REFUSED + 1);
        assert_eq!(known.told_apart("/v1/new", "GET", StatusCode::NOT_FOUND), ("/v1/other", "other"));
        for status in [StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE] {
            assert_eq!(known.told_apart("/v1/new", "GET", status), ("/v1/new", "GET"));
        }
    }

    #[test]
    fn work_beyond_the_bound_is_told_apart_from_what_probes_ask() {
        let known = try_everything(1_000);
        for (route, other) in [("/v1/late", "/v1/other"), ("/health/late", "other")] {
            assert_eq!(known.told_apart(route, "GET", StatusCode::OK), (other, "other"));
        }
    }
}
