use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use redis::{Cmd, FromRedisValue};
use waggle_core::config::RedisConfig;
use waggle_core::{Error, Redis, Target};

use super::library;

/// A server boots in some 25 ms; a busy machine takes longer.
const BOOT: Duration = Duration::from_secs(20);

/// A Redis on a unix socket in a directory of its own, killed when dropped.
pub(crate) struct TestServer {
    dir: tempfile::TempDir,
    settings: Vec<String>,
    child: Option<Child>,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// Starts with further settings, pairs of a name with `--` and a value.
    pub(crate) fn with(settings: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let mut server = Self { dir, settings, child: None };
        server.boot();
        server
    }

    /// Starts the process again after [`kill`](Self::kill).
    pub(crate) fn boot(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--enable-debug-command", "yes"]);
        command.arg("--unixsocket").arg(self.socket()).arg("--dir").arg(self.dir.path());
        command.args(&self.settings);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().unwrap());
        let deadline = Instant::now() + BOOT;
        while self.try_admin::<String>(&redis::cmd("PING")).is_err() {
            assert!(Instant::now() < deadline, "redis-server did not start");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// `kill -STOP`: it holds its connections and says nothing.
    pub(crate) fn freeze(&self) {
        self.signal("-STOP");
    }

    /// `kill -CONT`.
    pub(crate) fn thaw(&self) {
        self.signal("-CONT");
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.dir.path().join("redis.sock")
    }

    pub(crate) fn target(&self) -> Target {
        Target::Unix(self.socket())
    }

    pub(crate) async fn connect(&self) -> Redis {
        self.connect_with(|_| {}).await
    }

    pub(crate) async fn connect_with(&self, change: impl FnOnce(&mut RedisConfig)) -> Redis {
        let mut config = RedisConfig::default();
        change(&mut config);
        Redis::connect(&config, self.target(), library()).await.unwrap()
    }

    /// Runs a command on a connection of its own, past everything under test.
    pub(crate) fn admin<T: FromRedisValue>(&self, words: &str) -> T {
        let mut cmd = Cmd::new();
        for word in words.split(' ') {
            cmd.arg(word);
        }
        self.try_admin(&cmd).unwrap()
    }

    /// One number out of `INFO`.
    pub(crate) fn info(&self, field: &str) -> u64 {
        let info: String = self.admin("INFO everything");
        let line = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.unwrap_or_else(|| panic!("INFO has no {field}")).trim().parse().unwrap()
    }

    /// Calls of `FCALL` and `FCALL_RO` so far.
    pub(crate) fn function_calls(&self) -> u64 {
        let info: String = self.admin("INFO commandstats");
        let calls = |line: &str| -> Option<u64> {
            let rest = line.strip_prefix("cmdstat_fcall")?;
            rest.split_once("calls=")?.1.split(',').next()?.parse().ok()
        };
        info.lines().filter_map(calls).sum()
    }

    /// Whether a call has arrived that Redis, paused, has not begun.
    pub(crate) fn holds_a_call(&self) -> bool {
        self.connections().iter().any(|line| line.contains("cmd=fcall") && line.contains("flags=b"))
    }

    /// What connecting says while Redis cannot serve.
    pub(crate) async fn connect_error(&self) -> Error {
        let connected = Redis::connect(&RedisConfig::default(), self.target(), library()).await;
        connected.err().expect("it should not have been possible to connect")
    }

    /// How many connections have said that they are ours, which they do a moment after they are made.
    pub(crate) fn introduced(&self) -> usize {
        self.connections().iter().filter(|line| line.contains(" name=waggle:")).count()
    }

    /// All connections but the one that asks.
    pub(crate) fn connections(&self) -> Vec<String> {
        let list: String = self.admin("CLIENT LIST");
        let me = "cmd=client|list";
        list.lines().filter(|line| !line.contains(me)).map(str::to_owned).collect()
    }

    fn try_admin<T: FromRedisValue>(&self, cmd: &Cmd) -> redis::RedisResult<T> {
        let client = redis::Client::open(format!("unix://{}", self.socket().display()))?;
        cmd.query(&mut client.get_connection()?)
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ports nobody listens on, nor on those 10,000 above (the cluster bus), and below those that systems give to connections;
/// no two callers get the same.
pub(crate) fn free_ports(count: usize) -> Vec<u16> {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 100).unwrap() * 120;
    let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    std::iter::repeat_with(|| 10_000 + (start + TAKEN.fetch_add(1, Ordering::Relaxed)) % 12_000)
        .filter(|&port| free(port) && free(port + 10_000))
        .take(count)
        .collect()
}
