use waggle_core::Redis;
use waggle_task_queue::{audit, migrate};

use super::info::Info;
use super::report::Report;
use crate::serve::Store;

/// All checks, each by itself: one that fails does not hide the next.
pub(super) async fn run(store: &Store, audit: bool, report: &mut Report) {
    let redis = store.redis();
    servers(redis, report).await;
    functions(redis, report).await;
    keyspace(redis, report).await;
    if audit {
        invariants(redis, report).await;
    }
}

async fn servers(redis: &Redis, report: &mut Report) {
    match Info::of(redis).await {
        Ok(primaries) => primaries.iter().for_each(|info| server(info, report)),
        Err(error) => report.failed("redis", error.to_string()),
    }
}

fn server(info: &Info, report: &mut Report) {
    report.well("redis", format!("answers, version {}", info.field("redis_version").unwrap_or("unknown")));
    match info.field("maxmemory_policy") {
        None => {
            report.doubtful("eviction", "Redis does not tell its maxmemory-policy; it has to be noeviction");
        }
        Some("noeviction") => report.well("eviction", "maxmemory-policy is noeviction"),
        Some(policy) => report.failed(
            "eviction",
            format!("maxmemory-policy is {policy}: Redis may delete tasks; set it to noeviction"),
        ),
    }
    persistence(info, report);
}

fn persistence(info: &Info, report: &mut Report) {
    if info.field("aof_last_write_status").is_some_and(|status| status != "ok") {
        report.failed("persistence", "the last write of the append-only file failed: make room on its disk");
    } else if info.field("aof_enabled") == Some("1") {
        report.well("persistence", "the append-only file is on and written");
    } else {
        report.doubtful(
            "persistence",
            "the append-only file is off: what was acknowledged is lost when Redis ends; set appendonly to yes",
        );
    }
}

async fn functions(redis: &Redis, report: &mut Report) {
    match redis.ensure_functions().await {
        Ok(()) => report.well("functions", "the function library is loaded"),
        Err(error) => report.failed("functions", error.to_string()),
    }
}

async fn keyspace(redis: &Redis, report: &mut Report) {
    match migrate::status(redis).await {
        Ok(state) if state.is_usable() => report.well("keyspace", state.to_string()),
        Ok(state) => report.failed("keyspace", state.to_string()),
        Err(error) => report.failed("keyspace", error.to_string()),
    }
}

async fn invariants(redis: &Redis, report: &mut Report) {
    let found = match audit::run(redis).await {
        Ok(found) => found,
        Err(error) => return report.failed("audit", error.to_string()),
    };
    let looked_at = format!("{} swarms, {} tasks, {} keys", found.swarms, found.tasks, found.keys);
    if found.is_clean() {
        return report.well("audit", format!("{looked_at}: every invariant holds"));
    }
    report.failed("audit", format!("{looked_at}: {} findings", found.total));
    found.findings.iter().for_each(|finding| report.failed("audit", finding.to_string()));
}
