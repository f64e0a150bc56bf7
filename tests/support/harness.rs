//! The harness's own runtime: proxies and audits outlive the runtime of a single test.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(1).thread_name("harness").enable_all().build().unwrap()
});

/// Runs `work` on the harness's runtime and waits for it; its future may stay on one thread.
pub async fn on_harness<T, F>(work: impl FnOnce() -> F + Send + 'static) -> T
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    RUNTIME.spawn_blocking(move || RUNTIME.block_on(work())).await.unwrap()
}

/// Starts `work` on the harness's runtime; it ends when the returned handle is aborted, or with the process.
pub(crate) fn start(work: impl Future<Output = ()> + Send + 'static) -> tokio::task::AbortHandle {
    RUNTIME.spawn(work).abort_handle()
}
