use std::sync::Arc;

use deadpool::managed::{self, Hook, PoolBuilder, PoolError, QueueMode};
use redis::{AsyncConnectionConfig, RedisError};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::exclusive::{Exclusive, Lent};
use super::keeper;
use super::manager::ClusterManager;
use super::status::{Counters, PoolStatus};
use crate::Error;
use crate::config::{PoolConfig, RedisConfig};
use crate::error::before_send;
use crate::lane::Address;
use crate::lane::address::cluster_client;
use crate::lane::name::{introduce, pool_name};
use crate::metrics;
use crate::perf::{Recorder, Series};

/// The pool lane. A keeper in the background holds it at `min`, finds dead
/// connections and closes idle ones.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    keeper: JoinHandle<()>,
}

pub(super) struct Shared {
    pub(super) config: PoolConfig,
    inner: Inner,
    counters: Arc<Counters>,
    perf: Recorder,
}

enum Inner {
    Single(managed::Pool<deadpool_redis::Manager>),
    Cluster(managed::Pool<ClusterManager>),
}

impl Pool {
    pub(crate) fn open(address: &Address, config: &RedisConfig, perf: Recorder) -> Result<Self, Error> {
        let inner = match address {
            Address::Single(info) => {
                let connection = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(config.hot.connect_timeout()))
                    .set_response_timeout(Some(config.pool.response_timeout()));
                let manager = deadpool_redis::Manager::new_with_config(info.clone(), connection)
                    .map_err(|error| before_send(&error))?;
                Inner::Single(built(builder(manager, &config.pool).post_create(named()))?)
            }
            Address::Cluster(seeds) => {
                let (connect, response) = (config.hot.connect_timeout(), config.pool.response_timeout());
                let manager = ClusterManager::new(cluster_client(seeds, connect, response, None)?);
                Inner::Cluster(built(builder(manager, &config.pool))?)
            }
        };
        let shared = Shared { config: config.pool.clone(), inner, counters: Arc::default(), perf };
        let shared = Arc::new(shared);
        let keeper = tokio::spawn(keeper::run(Arc::clone(&shared)));
        Ok(Self { shared, keeper })
    }

    /// Lends a connection, within `acquire_timeout_ms` in all.
    pub(crate) async fn acquire(&self) -> Result<Exclusive, Error> {
        self.shared.acquire().await
    }

    pub(crate) fn status(&self) -> PoolStatus {
        self.shared.status()
    }

    /// Nobody gets a connection any more; those lent out end with their users.
    pub(crate) fn close(&self) {
        self.keeper.abort();
        match &self.shared.inner {
            Inner::Single(pool) => pool.close(),
            Inner::Cluster(pool) => pool.close(),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Shared {
    async fn acquire(&self) -> Result<Exclusive, Error> {
        let started = Instant::now();
        let lent = timeout(self.config.acquire_timeout(), self.inner.get()).await;
        let result = match lent {
            Ok(Ok(lent)) => {
                let counters = &self.counters;
                Counters::add(if lent.is_new() { &counters.created } else { &counters.reused });
                Ok(Exclusive::new(lent, Arc::clone(counters)))
            }
            Ok(Err(PoolError::Backend(error))) => Err(before_send(&error)),
            Ok(Err(error)) => Err(Error::unavailable(format!("no connection from the pool: {error}"))),
            Err(_) => {
                Counters::add(&self.counters.timeouts);
                let waited = self.config.acquire_timeout_ms;
                Err(Error::unavailable(format!("no connection from the pool within {waited} ms")))
            }
        };
        self.perf.record(Series::PoolAcquire, started.elapsed());
        metrics::pool_acquired(result.as_ref().map_or_else(Error::label, |_| "ok"), started.elapsed());
        result
    }

    pub(super) fn status(&self) -> PoolStatus {
        let status = match &self.inner {
            Inner::Single(pool) => pool.status(),
            Inner::Cluster(pool) => pool.status(),
        };
        let mut full = PoolStatus {
            min: self.config.min,
            max: self.config.max,
            size: status.size,
            in_use: status.size.saturating_sub(status.available),
            idle: status.available,
            waiting: status.waiting,
            ..PoolStatus::default()
        };
        self.counters.fill(&mut full);
        full
    }

    /// Takes a connection that works, making it if there is none to check.
    pub(super) async fn touch(&self) -> Option<Lent> {
        let lent = timeout(self.config.acquire_timeout(), self.inner.get()).await.ok()?.ok()?;
        if lent.is_new() {
            Counters::add(&self.counters.created);
        }
        Some(lent)
    }

    /// Closes connections that nobody used for `idle_timeout_ms`, never below `min`.
    pub(super) fn close_idle(&self) -> usize {
        let (idle, min) = (self.config.idle_timeout(), self.config.min);
        let mut above = self.status().size.saturating_sub(min);
        let mut keep = |metrics: managed::Metrics| {
            let closes = above > 0 && metrics.last_used() >= idle;
            above -= usize::from(closes);
            !closes
        };
        match &self.inner {
            Inner::Single(pool) => pool.retain(|_, metrics| keep(metrics)).removed.len(),
            Inner::Cluster(pool) => pool.retain(|_, metrics| keep(metrics)).removed.len(),
        }
    }
}

impl Inner {
    async fn get(&self) -> Result<Lent, PoolError<RedisError>> {
        match self {
            Self::Single(pool) => pool.get().await.map(Lent::Single),
            Self::Cluster(pool) => pool.get().await.map(Lent::Cluster),
        }
    }
}

fn builder<M: managed::Manager>(manager: M, config: &PoolConfig) -> PoolBuilder<M> {
    managed::Pool::builder(manager)
        .max_size(config.max)
        // The one used last first, so that the others grow idle and can close.
        .queue_mode(QueueMode::Lifo)
}

fn built<M: managed::Manager>(builder: PoolBuilder<M>) -> Result<managed::Pool<M>, Error> {
    builder.build().map_err(|error| Error::unavailable(error.to_string()))
}

fn named() -> Hook<deadpool_redis::Manager> {
    Hook::async_fn(|connection, _| {
        Box::pin(async move {
            introduce(connection, pool_name()).await;
            Ok(())
        })
    })
}
