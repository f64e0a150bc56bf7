use std::time::Duration;

use anyhow::Context;

/// Until a process that was started answers.
pub(crate) const START: Duration = Duration::from_secs(30);
/// Until a process that was asked to stop has ended.
pub(crate) const STOP: Duration = Duration::from_secs(20);
/// For one phase of load, so that a lost answer ends the run instead of hanging it.
pub(crate) const PHASE: Duration = Duration::from_secs(300);
/// Until Redis has finished rewriting its append-only file.
pub(crate) const REWRITE: Duration = Duration::from_secs(180);

/// Waits for `work`, no longer than `limit`.
///
/// # Errors
/// Names `what` when the time is up; otherwise whatever the work ended with.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::time::timeout(limit, work)
        .await
        .with_context(|| format!("{what}: not done after {} s", limit.as_secs()))?
}
