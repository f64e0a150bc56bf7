//! Names of this crate's metrics, and the recorder behind `/metrics`.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// Seconds from a request's headers to its answer; labels `route`, `method`, `status`.
pub const HTTP_DURATION: &str = "waggle_http_request_duration_seconds";
/// Requests being answered, waiting polls among them.
pub const HTTP_IN_FLIGHT: &str = "waggle_http_requests_in_flight";
/// Bytes of bodies and of answers in memory.
pub const IN_FLIGHT_BYTES: &str = "waggle_in_flight_bytes";
/// Readers of server-sent events.
pub const EVENT_FOLLOWERS: &str = "waggle_event_followers";
/// Connections, waiting requests and bytes beyond a limit; label `limit`, see [`Limit`].
pub const REFUSED: &str = "waggle_limit_refused_total";
/// Snapshots that were to be written by themselves; labels `result` (`written`, `failed`).
pub const SNAPSHOTS: &str = "waggle_snapshots_total";
/// 1 while an alert fires, else 0; labels `name`, `severity`.
pub const ALERT: &str = "waggle_alert";
/// Alerts that were to be sent to the webhook; labels `result` (`delivered`, `failed`, `refused`, `dropped`).
pub const WEBHOOK_DELIVERIES: &str = "waggle_webhook_deliveries_total";
/// Always 1; labels `version`.
pub const BUILD_INFO: &str = "waggle_build_info";
/// When this process began, in seconds since the epoch. Prometheus knows the name: it tells restarts by it.
pub const START_TIME: &str = "process_start_time_seconds";

/// Seconds: from a fast answer to the longest of polls.
const SECONDS: &[f64] = &[
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
    10.0, 30.0, 60.0,
];
/// Seconds that tasks wait and run: up to an hour.
const TASK_SECONDS: &[f64] = &[
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0,
    3_600.0,
];
/// Operations a flush carries.
const OPERATIONS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 100.0];
/// Recorded values wait in memory until they are counted.
const UPKEEP: Duration = Duration::from_secs(5);

/// A limit on what clients may take at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// `server.max_connections`.
    Connections,
    /// `server.max_connections_per_client`.
    ConnectionsPerClient,
    /// `server.max_long_polls`.
    LongPolls,
    /// `server.max_long_polls_per_client`.
    LongPollsPerClient,
    /// `server.in_flight_bytes`.
    InFlightBytes,
    /// The part of them that one client may have.
    InFlightBytesPerClient,
}

static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);

/// Installs the process's recorder, or finds the one that was installed before.
///
/// # Errors
/// When another recorder than this one is installed.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let mut installed = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let handle = builder()?.install_recorder()?;
    describe();
    gauge!(BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    // A clock before 1970 is no clock.
    gauge!(START_TIME).set(UNIX_EPOCH.elapsed().unwrap_or_default().as_secs_f64());
    Ok(installed.insert(handle).clone())
}

/// Counts what was recorded, again and again, so that it does not pile up between scrapes. Never ends.
pub async fn upkeep(handle: PrometheusHandle) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        handle.run_upkeep();
    }
}

/// Counts what was refused because a limit was reached.
pub(crate) fn refused(limit: Limit) {
    counter!(REFUSED, "limit" => limit.label()).increment(1);
}

impl Limit {
    const ALL: [Self; 6] = [
        Self::Connections,
        Self::ConnectionsPerClient,
        Self::LongPolls,
        Self::LongPollsPerClient,
        Self::InFlightBytes,
        Self::InFlightBytesPerClient,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::ConnectionsPerClient => "connections_per_client",
            Self::LongPolls => "long_polls",
            Self::LongPollsPerClient => "long_polls_per_client",
            Self::InFlightBytes => "in_flight_bytes",
            Self::InFlightBytesPerClient => "in_flight_bytes_per_client",
        }
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    use metrics_exporter_prometheus::Matcher;
    use waggle_task_queue::metrics::{QUEUED_SECONDS, RUN_SECONDS};
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Full(QUEUED_SECONDS.to_owned()), TASK_SECONDS)?
        .set_buckets_for_metric(Matcher::Full(RUN_SECONDS.to_owned()), TASK_SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_size".to_owned()), OPERATIONS)
}

/// Tells the recorder what each metric means and its unit, and shows those with fixed labels from the start.
fn describe() {
    describe_histogram!(HTTP_DURATION, Unit::Seconds, "Time from a request's headers to its answer");
    describe_gauge!(HTTP_IN_FLIGHT, Unit::Count, "Requests being answered, waiting polls among them");
    describe_gauge!(IN_FLIGHT_BYTES, Unit::Bytes, "Bytes of bodies and of answers in memory");
    describe_gauge!(EVENT_FOLLOWERS, Unit::Count, "Readers of server-sent events");
    describe_counter!(REFUSED, Unit::Count, "Connections, waiting requests and bytes beyond a limit");
    describe_counter!(SNAPSHOTS, Unit::Count, "Snapshots that were to be written by themselves");
    describe_gauge!(ALERT, Unit::Count, "1 while an alert fires, else 0");
    describe_counter!(WEBHOOK_DELIVERIES, Unit::Count, "Alerts that were to be sent to the webhook");
    describe_gauge!(BUILD_INFO, Unit::Count, "Always 1, with the version of the service");
    describe_gauge!(START_TIME, Unit::Seconds, "When this process began, since the epoch");
    drop(gauge!(EVENT_FOLLOWERS));
    drop(Limit::ALL.map(|limit| counter!(REFUSED, "limit" => limit.label())));
    drop(["written", "failed"].map(|result| counter!(SNAPSHOTS, "result" => result)));
    let deliveries = |result| counter!(WEBHOOK_DELIVERIES, "result" => result);
    drop(["delivered", "failed", "refused", "dropped"].map(deliveries));
    waggle_core::metrics::describe();
    waggle_task_queue::metrics::describe();
    crate::perf::gauges::describe();
}
