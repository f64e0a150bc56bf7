//! `/metrics` as Prometheus sees it: names, size, promtool's opinion, a real Prometheus, rules and the dashboard.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has to panic")]

mod bounds;
mod counts;
mod dashboard;
mod documented;
mod exposition;
mod promtool;
mod query;
mod rules;
mod scraped;
mod server;
mod work;
