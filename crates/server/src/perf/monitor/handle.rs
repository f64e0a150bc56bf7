use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use waggle_core::config::RedisConfig;
use waggle_core::perf::{Recorder, Window};
use waggle_task_queue::TaskQueue;
use waggle_task_queue::model::Stamp;

use super::recent::Recent;
use super::sight::Sight;
use crate::config::PerfConfig;
use crate::perf::alert::Alerts;
use crate::perf::history::History;
use crate::perf::report::{PoolFigures, RecentError, Report, Scope, build};
use crate::perf::{Node, Updates};
use crate::problem::Problem;

/// What a server knows of itself and of what it serves. Cheap to clone.
#[derive(Clone)]
pub struct Monitor(Arc<Inner>);

struct Inner {
    queue: TaskQueue,
    config: PerfConfig,
    redis: RedisConfig,
    node: Node,
    mode: &'static str,
    sight: Mutex<Arc<Sight>>,
    history: Mutex<History>,
    recent: Mutex<Recent>,
    fleet_turn: tokio::sync::Mutex<()>,
    alerts: Alerts,
    updates: Arc<Updates>,
}

impl Monitor {
    /// The monitor of the server `node`, which works with `queue`; `mode` says how Redis is run: `private`, `single` or
    /// `cluster`.
    ///
    /// # Panics
    /// When `config` was not validated.
    pub fn new(
        queue: TaskQueue,
        config: PerfConfig,
        redis: RedisConfig,
        node: Node,
        mode: &'static str,
    ) -> Self {
        let updates = Arc::<Updates>::default();
        Self(Arc::new(Inner {
            alerts: Alerts::new(&config, &node, &updates),
            updates,
            history: Mutex::new(History::new(config.samples())),
            queue,
            config,
            redis,
            node,
            mode,
            sight: Mutex::default(),
            recent: Mutex::default(),
            fleet_turn: tokio::sync::Mutex::default(),
        }))
    }

    /// Where this process records what it does.
    pub fn recorder(&self) -> &Recorder {
        self.0.queue.redis().perf()
    }

    /// The report on the last `window`: whatever cannot be told is named in it.
    pub async fn report(&self, window: Duration, scope: Scope) -> Report {
        build(self, window, scope).await
    }

    /// What this server recorded in the last `window`.
    pub fn window(&self, window: Duration) -> Window {
        self.recorder().window(window)
    }

    /// What the last refresh saw.
    pub fn sight(&self) -> Arc<Sight> {
        Arc::clone(&lock(&self.0.sight))
    }

    /// The samples of the refreshes so far.
    pub fn history(&self) -> MutexGuard<'_, History> {
        lock(&self.0.history)
    }

    /// The last faults of the service, the newest first.
    pub fn recent_errors(&self) -> Vec<RecentError> {
        lock(&self.0.recent).list()
    }

    /// What operators should know, and whoever is told.
    pub fn alerts(&self) -> &Alerts {
        &self.0.alerts
    }

    /// Where refreshes are followed.
    pub fn updates(&self) -> &Updates {
        &self.0.updates
    }

    /// The pool of this server, as it is now.
    pub fn pool(&self) -> PoolFigures {
        PoolFigures::of(self.0.queue.redis().pool_status())
    }

    /// The turn to read what the other servers have published.
    pub(crate) async fn fleet_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.0.fleet_turn.lock().await
    }

    /// The task queue.
    pub fn queue(&self) -> &TaskQueue {
        &self.0.queue
    }

    /// Its settings.
    pub fn config(&self) -> &PerfConfig {
        &self.0.config
    }

    /// How Redis is worked with.
    pub fn redis_config(&self) -> &RedisConfig {
        &self.0.redis
    }

    /// The name of this server.
    pub fn node(&self) -> &Node {
        &self.0.node
    }

    /// How Redis is run.
    pub fn mode(&self) -> &'static str {
        self.0.mode
    }

    /// Counts a problem that is answered; a fault of the service is kept with the operation that met it.
    pub(crate) fn note_problem(
        &self,
        problem: &Problem,
        operation: impl FnOnce() -> String,
        request_id: &str,
    ) {
        let recorder = self.recorder();
        recorder.failed(recorder.error_code(problem.code()));
        if problem.status().is_server_error() {
            lock(&self.0.recent).add(RecentError {
                at: now(),
                code: problem.code().to_owned(),
                operation: operation(),
                request_id: request_id.to_owned(),
            });
        }
    }

    pub(super) fn see(&self, sight: Arc<Sight>) {
        *lock(&self.0.sight) = sight;
    }
}

impl std::fmt::Debug for Monitor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Monitor").field("node", &self.0.node).finish_non_exhaustive()
    }
}

/// The time by this server's clock.
pub fn now() -> Stamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Stamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A poisoned lock only says that some other thread panicked: what is behind these is complete after each change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
