//! Names of the metrics of this crate and how they are recorded.
//!
//! Everything goes through the `metrics` facade, which does nothing where no
//! recorder is installed; install it before connecting. Handles are kept, so
//! that recording is an addition and no search. Labels come from small fixed
//! sets: a function of the library, an outcome, a lane, a state.

use std::sync::LazyLock;
use std::time::Duration;

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};

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
/// Connections that the pool may have.
pub const POOL_MAX_CONNECTIONS: &str = "waggle_redis_pool_max_connections";
/// Callers that wait for a connection of the pool.
pub const POOL_WAITERS: &str = "waggle_redis_pool_waiters";
/// Seconds until the pool lent a connection; label `outcome`.
pub const POOL_ACQUIRE_SECONDS: &str = "waggle_redis_pool_acquire_seconds";
/// Times the breaker opened.
pub const BREAKER_OPENED: &str = "waggle_redis_breaker_opened_total";
/// 1 while the breaker keeps calls from a Redis that does not answer.
pub const BREAKER_OPEN: &str = "waggle_redis_breaker_open";
/// Times the function library was loaded.
pub const LIBRARY_LOADS: &str = "waggle_redis_library_loads_total";
/// Times the private Redis was started again after it had died.
pub const PRIVATE_RESTARTS: &str = "waggle_private_redis_restarts_total";
/// Wake-ups received; label `kind`: `message`, `gap`.
pub const WAKEUPS: &str = "waggle_wakeups_total";
/// Bytes of values at or above the threshold of compression; label `direction`:
/// `in` before it, `out` as stored.
pub const COMPRESSION_BYTES: &str = "waggle_compression_bytes_total";

struct Handles {
    batch_size: Histogram,
    wait: Histogram,
    refused: Counter,
    idle: Gauge,
    in_use: Gauge,
    max: Gauge,
    waiters: Gauge,
    acquired: Histogram,
    breaker_opened: Counter,
    breaker_open: Gauge,
    library_loads: Counter,
    private_restarts: Counter,
    wakeups: Counter,
    gaps: Counter,
}

static HANDLES: LazyLock<Handles> = LazyLock::new(|| Handles {
    batch_size: histogram!(PIPELINE_BATCH_SIZE),
    wait: histogram!(PIPELINE_WAIT_SECONDS),
    refused: counter!(PIPELINE_REFUSED),
    idle: gauge!(POOL_CONNECTIONS, "state" => "idle"),
    in_use: gauge!(POOL_CONNECTIONS, "state" => "in_use"),
    max: gauge!(POOL_MAX_CONNECTIONS),
    waiters: gauge!(POOL_WAITERS),
    acquired: acquire_histogram("ok"),
    breaker_opened: counter!(BREAKER_OPENED),
    breaker_open: gauge!(BREAKER_OPEN),
    library_loads: counter!(LIBRARY_LOADS),
    private_restarts: counter!(PRIVATE_RESTARTS),
    wakeups: counter!(WAKEUPS, "kind" => "message"),
    gaps: counter!(WAKEUPS, "kind" => "gap"),
});

/// Tells the recorder what each metric means and its unit, and shows those
/// without a label of calls from the start.
pub fn describe() {
    describe_lanes();
    describe_counter!(PIPELINE_REFUSED, Unit::Count, "Operations refused because the backlog was full");
    describe_histogram!(PIPELINE_BATCH_SIZE, Unit::Count, "Operations a flush carried");
    describe_histogram!(PIPELINE_WAIT_SECONDS, Unit::Seconds, "Wait of the first operation of a flush");
    describe_counter!(LIBRARY_LOADS, Unit::Count, "Times the function library was loaded");
    describe_counter!(PRIVATE_RESTARTS, Unit::Count, "Times the private Redis was started again");
    describe_counter!(
        COMPRESSION_BYTES,
        Unit::Bytes,
        "Bytes of values at or above the threshold of compression, before it and as stored"
    );
    LazyLock::force(&HANDLES);
}

fn describe_lanes() {
    let call = "Time from the start of a flush to a call's reply";
    describe_histogram!(REDIS_CALL_SECONDS, Unit::Seconds, call);
    describe_gauge!(POOL_CONNECTIONS, Unit::Count, "Connections in the pool");
    describe_gauge!(POOL_MAX_CONNECTIONS, Unit::Count, "Connections that the pool may have");
    describe_gauge!(POOL_WAITERS, Unit::Count, "Callers that wait for a connection of the pool");
    describe_histogram!(POOL_ACQUIRE_SECONDS, Unit::Seconds, "Time until the pool lent a connection");
    describe_counter!(BREAKER_OPENED, Unit::Count, "Times the breaker opened");
    describe_gauge!(BREAKER_OPEN, Unit::Count, "1 while the breaker keeps calls from Redis");
    describe_counter!(WAKEUPS, Unit::Count, "Wake-ups received");
}

pub(crate) fn refused() {
    HANDLES.refused.increment(1);
}

pub(crate) fn breaker_opened() {
    HANDLES.breaker_opened.increment(1);
}

pub(crate) fn breaker_open(open: bool) {
    HANDLES.breaker_open.set(f64::from(u8::from(open)));
}

pub(crate) fn library_loaded() {
    HANDLES.library_loads.increment(1);
}

pub(crate) fn private_restarted() {
    HANDLES.private_restarts.increment(1);
}

pub(crate) fn pool_acquired(outcome: &'static str, waited: Duration) {
    if outcome == "ok" {
        HANDLES.acquired.record(waited);
    } else {
        acquire_histogram(outcome).record(waited);
    }
}

pub(crate) fn pool_size(status: &PoolStatus) {
    #[expect(clippy::cast_precision_loss, reason = "a pool has far fewer connections than 2^52")]
    let as_gauge = |connections: usize| connections as f64;
    HANDLES.idle.set(as_gauge(status.idle));
    HANDLES.in_use.set(as_gauge(status.in_use));
    HANDLES.max.set(as_gauge(status.max));
    HANDLES.waiters.set(as_gauge(status.waiting));
}

pub(crate) fn woken(wake: &Wake) {
    match wake {
        Wake::Message { .. } => HANDLES.wakeups.increment(1),
        Wake::Gap => HANDLES.gaps.increment(1),
        Wake::Listening { .. } => {}
    }
}

pub(crate) fn flushed(operations: usize, waited: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a flush carries far fewer operations than 2^52")]
    HANDLES.batch_size.record(operations as f64);
    HANDLES.wait.record(waited);
}

pub(crate) fn compressed(direction: &'static str) -> Counter {
    counter!(COMPRESSION_BYTES, "direction" => direction)
}

pub(crate) fn call_histogram(operation: String, outcome: &'static str) -> Histogram {
    histogram!(REDIS_CALL_SECONDS, "operation" => operation, "outcome" => outcome)
}

fn acquire_histogram(outcome: &'static str) -> Histogram {
    histogram!(POOL_ACQUIRE_SECONDS, "outcome" => outcome)
}
