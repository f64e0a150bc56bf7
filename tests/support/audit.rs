//! The invariants, checked by the audit that `waggle doctor --audit` runs.

use std::sync::Arc;

use waggle_core::Redis;
use waggle_core::config::RedisConfig;

use crate::{PATIENCE, Service, on_harness, until_some};

/// What the audit finds wrong in one swarm of a service, and what Redis did not allow the service to do; empty when all
/// invariants hold and the service's user may do all that it has to.
pub async fn audit(service: Arc<Service>, swarm: String) -> Vec<String> {
    on_harness(async move || {
        let redis = auditor(&service).await;
        let swarm = swarm.parse().unwrap();
        // A cluster that has lost a node for a moment says no for a moment longer.
        until_some("the audit runs", PATIENCE, async || {
            let report = waggle_task_queue::audit::run_swarm(&redis, &swarm).await;
            let mut findings: Vec<_> = report.ok()?.findings.iter().map(ToString::to_string).collect();
            findings.extend(denied(&redis).await?);
            Some(findings)
        })
        .await
    })
    .await
}

/// A connection of the harness's own, past every proxy.
async fn auditor(service: &Service) -> Redis {
    if let Some(redis) = service.auditor.get() {
        return redis.clone();
    }
    let mut config = RedisConfig::default();
    config.pool.min = 0;
    let target = service.target().clone();
    let redis =
        Redis::connect(&config, target, waggle_task_queue::library()).await.expect("Redis can be audited");
    service.auditor.get_or_init(|| redis).clone()
}

/// Entries of Redis's own log of what it denied; a test that wants something denied resets it.
async fn denied(redis: &Redis) -> Option<Vec<String>> {
    let mut log = redis::cmd("ACL");
    let logs = redis.on_every_primary(log.arg("LOG")).await.ok()?;
    let entries = logs.into_iter().flat_map(redis::from_redis_value::<Vec<redis::Value>>);
    Some(entries.flatten().map(|entry| format!("Redis denied something: {entry:?}")).collect())
}
