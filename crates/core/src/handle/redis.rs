use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Value};

use super::check::{NotReady, Readiness};
use super::figures::{self, Figures};
use super::{Backend, Target, access, version};
use crate::config::{Mode, RedisConfig};
use crate::lane::Address;
use crate::lane::breaker::Breaker;
use crate::lane::hot::Hot;
use crate::lane::pool::{Exclusive, Pool, PoolStatus};
use crate::lane::wake::Wakeups;
use crate::perf::Recorder;
use crate::pipeline::{LateCall, Merge, Merger, Pipeline};
use crate::{Call, Error, Library};

/// Redis, whatever it consists of. Cheap to clone.
#[derive(Clone)]
pub struct Redis {
    inner: Arc<Inner>,
}

struct Inner {
    mode: Mode,
    backend: Arc<Backend>,
    pipeline: Pipeline,
    pool: Pool,
    wakeups: Wakeups,
    readiness: Readiness,
    drain: Duration,
}

impl Redis {
    /// Connects the lanes, refuses a Redis before 7.0, and loads `library` on
    /// every primary that does not have it.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] with a sentence for the operator where the address
    /// is wrong, nobody answers, or the server is too old; [`Error::Access`] where
    /// Redis does not know the user or does not allow what is needed; what Redis
    /// said where it refuses the library.
    pub async fn connect(config: &RedisConfig, target: Target, library: Library) -> Result<Self, Error> {
        let (address, is_private) = (Address::new(&target, config)?, matches!(target, Target::Unix(_)));
        let hot = Hot::open(&address, config).await?;
        let perf = Recorder::default();
        let breaker = Breaker::new(&config.breaker).recorded_by(&perf);
        let backend = Arc::new(Backend::new(hot, breaker, library, is_private, perf.clone()));
        if let Err(error) = fit(&backend).await {
            return Err(access::explained(&backend, error).await);
        }
        let inner = Inner {
            mode: target.mode(),
            pipeline: Pipeline::open(Arc::clone(&backend), config),
            pool: Pool::open(&address, config, perf)?,
            wakeups: Wakeups::open(address, &config.hot),
            readiness: Readiness::default(),
            drain: config.hot.connect_timeout() + config.hot.response_timeout(),
            backend,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Makes one call, together with others that wait at the same time.
    ///
    /// A caller that gives up before the call is sent takes it back.
    ///
    /// # Errors
    ///
    /// See [`Error`]; its [`outcome`](Error::outcome) says whether the call was applied.
    pub async fn call(&self, call: Call) -> Result<Value, Error> {
        self.inner.pipeline.call(call).await
    }

    /// Makes several calls in one round trip: one result for each, in order.
    ///
    /// They are not a transaction: each succeeds or fails by itself.
    pub async fn call_all(&self, calls: Vec<Call>) -> Vec<Result<Value, Error>> {
        self.inner.pipeline.call_all(calls).await
    }

    /// Joins operations of one kind into shared calls; see [`Merge`].
    pub fn merger<M: Merge>(&self, merge: M) -> Merger<M> {
        self.inner.pipeline.merger(merge)
    }

    /// Queues a caller that decides at flush time what to send. Never waits.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where the backlog is full or the handle is closing;
    /// `late` is dropped unused.
    pub fn call_late(&self, late: Box<dyn LateCall>) -> Result<(), Error> {
        self.inner.pipeline.call_late(late)
    }

    /// A connection of one's own from the pool, within `pool.acquire_timeout_ms`.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] where none is free or can be made in time.
    pub async fn exclusive(&self) -> Result<Exclusive, Error> {
        self.inner.pool.acquire().await
    }

    /// Sends a command without a key to every primary; one reply for each.
    ///
    /// # Errors
    ///
    /// The first primary's error, if any has one.
    pub async fn on_every_primary(&self, cmd: &Cmd) -> Result<Vec<Value>, Error> {
        self.inner.backend.on_every_primary(cmd).await
    }

    /// The wake-up subscriber.
    pub fn wakeups(&self) -> &Wakeups {
        &self.inner.wakeups
    }

    /// Loads the library wherever it is missing or has another source.
    ///
    /// # Errors
    ///
    /// What Redis said where it refuses.
    pub async fn ensure_functions(&self) -> Result<(), Error> {
        self.inner.backend.ensure_functions().await
    }

    /// Whether the service can do its work; for a readiness probe. Asks Redis
    /// once a second at most, however often it is called.
    ///
    /// # Errors
    ///
    /// What is missing: see [`NotReady::code`].
    pub async fn check(&self) -> Result<(), NotReady> {
        self.inner.readiness.check(&self.inner.backend).await
    }

    /// Where what this process does is recorded, by this layer and by those above it.
    pub fn perf(&self) -> &Recorder {
        self.inner.backend.perf()
    }

    /// Whether the breaker keeps calls from a Redis that does not answer.
    pub fn breaker_open(&self) -> bool {
        self.inner.backend.breaker_open()
    }

    /// What Redis says of its memory, its clients and its disk. Asked over a connection of the pool where there is one
    /// server: it takes longer than a call and nobody shall wait behind it.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`], [`Error::Unknown`] where Redis does not answer.
    pub async fn figures(&self) -> Result<Figures, Error> {
        let info = figures::info();
        let replies = match self.inner.mode {
            Mode::Single => vec![self.exclusive().await?.query(&info).await?],
            Mode::Cluster => self.on_every_primary(&info).await?,
        };
        Figures::of(replies)
    }

    /// What the pool holds and has done.
    pub fn pool_status(&self) -> PoolStatus {
        self.inner.pool.status()
    }

    /// Brings those metrics up to date that show a state and no event.
    pub fn refresh_metrics(&self) {
        crate::metrics::pool_size(&self.pool_status());
        crate::metrics::breaker_open(self.breaker_open());
    }

    /// One server or a cluster; for showing, never for deciding.
    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    /// Accepts nothing more, waits until what waits has been sent and answered
    /// (as long as one round trip may take at most), then ends the lanes.
    pub async fn close(&self) {
        self.inner.pipeline.close(self.inner.drain).await;
        self.inner.wakeups.close();
        self.inner.pool.close();
    }
}

/// Whether this Redis can be worked with, made so as far as that is up to us.
async fn fit(backend: &Backend) -> Result<(), Error> {
    version::check(backend).await?;
    backend.ensure_functions().await?;
    access::check_at_start(backend).await
}
