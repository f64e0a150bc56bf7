//! Names of the metrics of this crate and how they are recorded.
//!
//! Everything goes through the `metrics` facade, which does nothing where no
//! recorder is installed; install it before connecting. Labels come from small
//! fixed sets: a function of the library, an outcome, a lane, a state.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use crate::lane::pool::PoolStatus;
use crate::lane::wake::Wake;

/// Seconds from the start of a flush to the reply; labels `operation`, `outcome`.
pub const REDIS_CALL_SECONDS: &str = "waggle_redis_call_duration_seconds";
/// Operations a flush carried.
pub const PIPELINE_BATCH_SIZE: &str = "waggle_pipeline_batch_size";
/// Seconds the first operation of a flush waited for it.
pub const PIPELINE_WAIT_SECONDS: &str = "waggle_pipeline_wait_seconds";
/// Operations refused because the backlog stayed full.
pub const PIPELINE_REFUSED: &str = "waggle_pipeline_refused_total";
/// Connections in the pool; label `state`: `idle`, `in_use`.
pub const POOL_CONNECTIONS: &str = "waggle_redis_pool_connections";
/// Seconds until the pool lent a connection; label `outcome`.
pub const POOL_ACQUIRE_SECONDS: &str = "waggle_redis_pool_acquire_seconds";
/// Times the breaker opened.
pub const BREAKER_OPENED: &str = "waggle_redis_breaker_opened_total";
/// Times the function library was loaded.
pub const LIBRARY_LOADS: &str = "waggle_redis_library_loads_total";
/// Wake-ups received; label `kind`: `message`, `gap`.
pub const WAKEUPS: &str = "waggle_wakeups_total";

/// Tells the recorder what each metric means and its unit.
pub fn describe() {
    describe_histogram!(
        REDIS_CALL_SECONDS,
        Unit::Seconds,
        "Time from the start of a flush to a call's reply"
    );
    describe_histogram!(PIPELINE_BATCH_SIZE, Unit::Count, "Operations a flush carried");
    describe_histogram!(PIPELINE_WAIT_SECONDS, Unit::Seconds, "Wait of the first operation of a flush");
    describe_counter!(PIPELINE_REFUSED, Unit::Count, "Operations refused because the backlog was full");
    describe_gauge!(POOL_CONNECTIONS, Unit::Count, "Connections in the pool");
    describe_histogram!(POOL_ACQUIRE_SECONDS, Unit::Seconds, "Time until the pool lent a connection");
    describe_counter!(BREAKER_OPENED, Unit::Count, "Times the breaker opened");
    describe_counter!(LIBRARY_LOADS, Unit::Count, "Times the function library was loaded");
    describe_counter!(WAKEUPS, Unit::Count, "Wake-ups received");
}

pub(crate) fn refused() {
    counter!(PIPELINE_REFUSED).increment(1);
}

pub(crate) fn breaker_opened() {
    counter!(BREAKER_OPENED).increment(1);
}

pub(crate) fn library_loaded() {
    counter!(LIBRARY_LOADS).increment(1);
}

pub(crate) fn pool_acquired(outcome: &'static str, waited: Duration) {
    histogram!(POOL_ACQUIRE_SECONDS, "outcome" => outcome).record(waited);
}

pub(crate) fn pool_size(status: &PoolStatus) {
    #[expect(clippy::cast_precision_loss, reason = "a pool has far fewer connections than 2^52")]
    let as_gauge = |connections: usize| connections as f64;
    gauge!(POOL_CONNECTIONS, "state" => "idle").set(as_gauge(status.idle));
    gauge!(POOL_CONNECTIONS, "state" => "in_use").set(as_gauge(status.in_use));
}

pub(crate) fn woken(wake: &Wake) {
    match wake {
        Wake::Message { .. } => counter!(WAKEUPS, "kind" => "message").increment(1),
        Wake::Gap => counter!(WAKEUPS, "kind" => "gap").increment(1),
        Wake::Listening { .. } => {}
    }
}

pub(crate) fn flushed(operations: usize, waited: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a flush carries far fewer operations than 2^52")]
    histogram!(PIPELINE_BATCH_SIZE).record(operations as f64);
    histogram!(PIPELINE_WAIT_SECONDS).record(waited);
}

pub(crate) fn call_histogram(operation: String, outcome: &'static str) -> metrics::Histogram {
    histogram!(REDIS_CALL_SECONDS, "operation" => operation, "outcome" => outcome)
}
