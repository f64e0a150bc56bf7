//! Two servers on one Redis, whose clock can be set and whose disk can be hurt; a proxy before Redis and one before the
//! second server.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::sleep;
use waggle_tests::{Disk, Mode, PATIENCE, Proxy, Raw, RedisServer, Service, Setup, Shim, World, until};

use super::fault::Fault;

/// Does nothing for as long as it is told, as a function that somebody wrote badly.
const SPIN: &str = "#!lua name=spin\nredis.register_function('spin', function(keys, args)\n\
    local function now() local t = redis.call('TIME') return t[1] * 1000 + t[2] / 1000 end\n\
    local stop = now() + tonumber(args[1]) while now() < stop do end return 'done' end)";

/// Room for the append-only file, and for a second one while it is written anew.
const ROOM: u64 = 128 << 20;
/// When it is written anew: long before the disk is full by itself.
const SETTINGS: [&str; 2] = ["--auto-aof-rewrite-min-size", "16mb"];
/// By how much the clock is set, in turn. Never as much as Redis remembers claim ids for; and all are multiples of ten
/// minutes, so that what it said under different settings can be told apart.
const STEPS_S: [i64; 3] = [600, 1_800, 3_000];
/// Shorter than anybody's patience; longer than the service waits for Redis; longer than what Redis' clock may skip before
/// it is taken for a standstill.
const SILENCES: [Duration; 3] =
    [Duration::from_millis(700), Duration::from_millis(2_200), Duration::from_millis(3_500)];
/// Of what ends what is under way.
const SHORT: Duration = Duration::from_millis(150);

pub(super) struct Stage {
    pub(super) shim: Shim,
    /// By how many seconds the clock is ahead.
    ahead: AtomicI64,
    pub(super) redis: Arc<RedisServer>,
    pub(super) servers: [Arc<Service>; 2],
    behind: Proxy,
    before: Proxy,
    // The last to be dropped: Redis writes to it.
    disk: Disk,
}

impl Stage {
    /// With a bug that was built in on purpose, or none.
    pub(super) fn new(bug: Option<&str>) -> Self {
        let (shim, disk) = (Shim::new(), Disk::of(ROOM));
        let redis = Arc::new(RedisServer::on_disk_under(&disk, &shim, &SETTINGS));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let behind = runtime.block_on(Proxy::unix(&redis.socket()));
        let setup = || {
            let setup = Setup::through(&redis, behind.url()).waits_as_delivered();
            bug.map_or_else(|| setup.clone(), |bug| setup.clone().set("DELIBERATE_BUG", bug))
        };
        let servers = [Service::start(setup()), Service::start(setup())];
        let before = runtime.block_on(Proxy::tcp("http", &servers[1].address()));
        Self { shim, ahead: AtomicI64::new(0), redis, servers, behind, before, disk }
    }

    /// The swarm as clients of the first server see it, and as those of the second one do.
    pub(super) fn worlds(&self, w: &World) -> [World; 2] {
        [w.through(&self.servers[0].base()), w.through(self.before.url())]
    }

    /// Makes the fault and ends it; when its cause was gone.
    pub(super) async fn suffer(&self, w: &World, fault: Fault, n: usize) -> Instant {
        let (server, redis) = (Arc::clone(&self.servers[n % 2]), Arc::clone(&self.redis));
        match fault {
            Fault::ServerKilled => blocking(move || restarted(&server, Service::kill)).await,
            Fault::ServerTerminated => blocking(move || restarted(&server, terminate)).await,
            Fault::ServerFrozen => {
                server.freeze();
                sleep(silence(n)).await;
                server.thaw();
                Instant::now()
            }
            Fault::RedisKilled => self.redis_killed().await,
            Fault::RedisFrozen => {
                redis.freeze();
                sleep(silence(n)).await;
                redis.thaw();
                Instant::now()
            }
            Fault::RedisFull => self.between("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0").await,
            Fault::RedisReadOnly => self.between("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE").await,
            Fault::RedisBusy => blocking(move || spin(&redis)).await,
            Fault::SyncsStalled => self.stall_syncs(n).await,
            Fault::DiskFull => self.fill_disk().await,
            Fault::DiskFullEndsRedis => self.fill_disk_of_a_strict_redis().await,
            Fault::ClockForward => self.set_clock(step(n)),
            Fault::ClockBack => {
                // What is over and not noticed before the clock is right again, is prolonged.
                self.until_swept(w).await;
                self.set_clock(-step(n));
                sleep(Duration::from_millis(700)).await;
                self.set_clock(step(n))
            }
            Fault::FunctionsFlushed => {
                let () = redis.query("FUNCTION FLUSH");
                Instant::now()
            }
            Fault::RepliesLost => during(&self.behind, Mode::LoseReply, SHORT).await,
            Fault::ConnectionsReset => during(&self.behind, Mode::ResetAfter(900), SHORT).await,
            Fault::NetworkSilent => during(&self.behind, Mode::Blackhole, silence(n)).await,
            Fault::NetworkSlow => {
                during(&self.behind, Mode::Delay(Duration::from_millis(120)), SILENCES[0]).await
            }
            Fault::AnswersLost => during(&self.before, Mode::LoseReply, SHORT * 3).await,
            Fault::ClientsHungUp => self.hang_up(w).await,
        }
    }

    async fn between(&self, begin: &str, end: &str) -> Instant {
        let () = self.redis.query(begin);
        sleep(Duration::from_millis(400)).await;
        let () = self.redis.query(end);
        Instant::now()
    }

    /// Each write waits for its sync; the last one that began is waited for.
    async fn stall_syncs(&self, n: usize) -> Instant {
        let stall = Duration::from_millis([300, 1_200, 2_500][n % 3]);
        self.shim.stall_syncs(stall);
        sleep(stall.max(Duration::from_secs(1))).await;
        self.shim.stall_syncs(Duration::ZERO);
        sleep(stall).await;
        Instant::now()
    }

    /// A Redis that syncs beside its answers refuses writes for as long, and writes what it has acknowledged afterwards.
    async fn fill_disk(&self) -> Instant {
        let () = self.redis.query("CONFIG SET appendfsync everysec");
        self.disk.fill();
        sleep(Duration::from_secs(1)).await;
        self.disk.free();
        let gone = Instant::now();
        // What was acknowledged meanwhile is written before the next fault may end Redis; and anew, as whoever made room
        // has to: where a write did not fit, Redis 7.0.15 has left a hole and could not load its file.
        until("Redis writes again", PATIENCE, async || {
            self.redis.query::<String>("INFO persistence").contains("aof_last_write_status:ok")
        })
        .await;
        until("it is written anew", PATIENCE, async || {
            self.redis.try_query::<String>("BGREWRITEAOF").is_ok_and(|said| said.contains("started"))
        })
        .await;
        until("that is done", PATIENCE, async || {
            let info: String = self.redis.query("INFO persistence");
            ["aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0", "aof_last_bgrewrite_status:ok"]
                .iter()
                .all(|said| info.contains(said))
        })
        .await;
        let () = self.redis.query("CONFIG SET appendfsync always");
        gone
    }

    /// One that syncs before its answers ends rather than acknowledge; whoever looks after it starts it again.
    async fn fill_disk_of_a_strict_redis(&self) -> Instant {
        self.disk.fill();
        sleep(Duration::from_millis(1_500)).await;
        self.disk.free();
        self.redis_killed().await
    }

    async fn redis_killed(&self) -> Instant {
        let redis = Arc::clone(&self.redis);
        blocking(move || {
            redis.kill();
            let gone = Instant::now();
            redis.boot();
            gone
        })
        .await
    }

    /// Sets it by so many seconds. In the end of a fault it is never behind where it was: what was to be in a moment would
    /// be in an hour, and nobody would wait for it.
    fn set_clock(&self, by: i64) -> Instant {
        self.shim.move_clock(self.ahead.fetch_add(by, Ordering::SeqCst) + by);
        Instant::now()
    }

    /// All leases of the swarm that are over have ended.
    async fn until_swept(&self, w: &World) {
        let clock: (i64, i64) = self.redis.query("TIME");
        let mark = format!("HGET wg:{{{}}}:swarm seen", w.swarm());
        until("it is swept", PATIENCE, async || {
            self.redis.query::<Option<i64>>(&mark).is_some_and(|seen| seen > clock.0 * 1_000)
        })
        .await;
    }

    /// Agents that are gone before they hear what they were given.
    async fn hang_up(&self, w: &World) -> Instant {
        self.behind.set(Mode::Delay(Duration::from_millis(60)));
        for server in &self.servers {
            let mut agent = Raw::connect(&server.address()).await;
            let claim = json!({"agent": "gone", "max_tasks": 3, "lease_ms": 600_000}).to_string();
            agent.post(&w.path("/claims"), &claim).await;
            sleep(Duration::from_millis(30)).await;
            agent.reset();
        }
        sleep(Duration::from_millis(250)).await;
        self.behind.set(Mode::Pass);
        Instant::now()
    }
}

/// A length by turns.
fn silence(n: usize) -> Duration {
    SILENCES[n % SILENCES.len()]
}

async fn during(proxy: &Proxy, mode: Mode, length: Duration) -> Instant {
    proxy.set(mode);
    sleep(length).await;
    proxy.set(Mode::Pass);
    Instant::now()
}

fn step(n: usize) -> i64 {
    STEPS_S[n % STEPS_S.len()]
}

fn restarted(server: &Service, end: impl Fn(&Service)) -> Instant {
    end(server);
    let gone = Instant::now();
    server.restart();
    gone
}

fn terminate(server: &Service) {
    server.terminate();
    server.ended();
}

fn spin(redis: &RedisServer) -> Instant {
    let () = redis.query("CONFIG SET busy-reply-threshold 100");
    let _: String = redis.command(&["FUNCTION", "LOAD", "REPLACE", SPIN]).unwrap();
    let _: String = redis.command(&["FCALL", "spin", "0", "600"]).unwrap();
    Instant::now()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}
