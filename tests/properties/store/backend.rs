//! A Redis with a library, for all cases of one test.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use tokio::runtime::{Builder, Runtime};
use waggle_core::config::RedisConfig;
use waggle_core::{Codec, Library, Redis, Target};
use waggle_task_queue::TaskQueue;
use waggle_task_queue::audit::{self, Report};
use waggle_task_queue::limits::VALUE_BYTES;
use waggle_task_queue::model::SwarmName;
use waggle_tests::{RedisServer, SERVICE_USER};

/// Values from this size on are compressed.
const COMPRESS_BYTES: usize = 1_024;

thread_local! {
    static BACKEND: RefCell<Option<Rc<Backend>>> = const { RefCell::new(None) };
}

/// A task queue on a Redis of its own.
pub(crate) struct Backend {
    pub(crate) server: RedisServer,
    pub(crate) runtime: Runtime,
    pub(crate) redis: Redis,
    pub(crate) queue: TaskQueue,
    cases: Cell<u64>,
    /// Arrows that queues have counted, over all cases.
    pub(crate) arrows: RefCell<BTreeSet<(String, String)>>,
}

impl Backend {
    pub(crate) fn start(library: Library) -> Self {
        let server = RedisServer::start();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut config = RedisConfig::default();
        config.pool.min = 0;
        config.username = SERVICE_USER.to_owned();
        config.password_file = server.password_file().display().to_string();
        let (redis, queue) = runtime.block_on(async {
            let redis = Redis::connect(&config, Target::Unix(server.socket()), library).await.unwrap();
            (redis.clone(), TaskQueue::new(redis, Codec::new(COMPRESS_BYTES, VALUE_BYTES)))
        });
        Self { server, runtime, redis, queue, cases: Cell::new(0), arrows: RefCell::default() }
    }

    /// The store in which the cases of this thread's test run.
    pub(crate) fn run_on(backend: &Rc<Self>) {
        BACKEND.set(Some(Rc::clone(backend)));
    }

    pub(crate) fn of_this_test() -> Rc<Self> {
        BACKEND.with_borrow(|backend| Rc::clone(backend.as_ref().expect("a test names its store first")))
    }

    pub(crate) fn set_clock(&self, swarm: &SwarmName, ms: i64) {
        let () = self.server.query(&format!("SET wg:{{{swarm}}}:clock {ms}"));
    }

    /// Fails when the audit finds anything in a swarm.
    pub(crate) fn audit(&self, swarm: &SwarmName) -> Report {
        let report = self.runtime.block_on(audit::run_swarm(&self.redis, swarm)).unwrap();
        assert!(report.is_clean(), "{report}");
        report
    }

    /// A new swarm in an empty store.
    pub(crate) fn swarm(&self) -> SwarmName {
        self.cases.set(self.cases.get() + 1);
        let () = self.server.query("FLUSHALL");
        let swarm: SwarmName = format!("case:{}", self.cases.get()).parse().unwrap();
        self.runtime.block_on(self.queue.put_swarm(&swarm, Default::default())).unwrap();
        swarm
    }
}
