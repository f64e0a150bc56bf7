//! A Redis of the harness's own, for tests that need to stand between it and the service.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use redis::FromRedisValue;
use rustix::process::Signal;
use sha2::{Digest as _, Sha256};
use waggle_core::access::Password;

use crate::process::{signal, spawn};
use crate::sandbox::new_dir;
use crate::wait::until_some_blocking;
use crate::{Disk, Shim, Shimmed};

/// A server boots in some 25 ms; a busy machine takes longer.
const BOOT: Duration = Duration::from_secs(20);

/// The user that every service under test is to its Redis: it may do what `waggle redis-acl` prints and no more, so
/// that each test shows that this is enough. Tests themselves reach into a Redis as its default user.
pub const SERVICE_USER: &str = "waggle";
/// Its password.
pub const SERVICE_PASSWORD: &str = "the bees that keep this are not told";

/// A Redis with an append-only file, in a directory of its own; killed when dropped.
///
/// What it has answered survives `kill -9`: it syncs before it answers.
#[derive(Debug)]
pub struct RedisServer {
    directory: PathBuf,
    port: Option<u16>,
    settings: Vec<String>,
    variables: Vec<(&'static str, String)>,
    child: Mutex<Option<Child>>,
}

impl RedisServer {
    /// Starts one on a unix socket.
    pub fn start() -> Self {
        Self::boot_new(None, &[])
    }

    /// Starts one on a loopback port.
    pub fn on_a_port() -> Self {
        Self::boot_new(Some(free_port()), &[])
    }

    /// Starts one whose loopback port speaks TLS only; the flags name certificates. Tests reach it through its socket.
    pub fn encrypted(settings: &[&str]) -> Self {
        let port = free_port();
        let tls_port = port.to_string();
        Self::boot_new(Some(port), &[&["--port", "0", "--tls-port", &tls_port], settings].concat())
    }

    /// Starts one on a unix socket with further settings: pairs of a name with `--` and a value.
    pub fn with(settings: &[&str]) -> Self {
        Self::boot_new(None, settings)
    }

    /// As [`with`](Self::with), with its data on a disk of its own.
    pub fn on_disk(disk: &Disk, settings: &[&str]) -> Self {
        Self::on(disk, settings).booted()
    }

    /// As [`with`](Self::with), under a shim.
    pub fn under(shim: &Shim, settings: &[&str]) -> Self {
        let mut server = Self::new(None, settings);
        server.variables = shim.variables(Shimmed::Redis).into();
        server.booted()
    }

    /// As [`on_disk`](Self::on_disk), under a shim.
    pub fn on_disk_under(disk: &Disk, shim: &Shim, settings: &[&str]) -> Self {
        let mut server = Self::on(disk, settings);
        server.variables = shim.variables(Shimmed::Redis).into();
        server.booted()
    }

    /// Starts one on `port` with further settings: pairs of a name with `--` and a value.
    pub(crate) fn boot_new(port: Option<u16>, settings: &[&str]) -> Self {
        Self::new(port, settings).booted()
    }

    fn new(port: Option<u16>, settings: &[&str]) -> Self {
        let settings = settings.iter().map(|&setting| setting.to_owned()).collect();
        let variables = Vec::new();
        Self { directory: new_dir("redis"), port, settings, variables, child: Mutex::new(None) }
    }

    fn on(disk: &Disk, settings: &[&str]) -> Self {
        let directory = disk.directory();
        std::fs::create_dir(&directory).unwrap();
        let mut server = Self::new(None, settings);
        server.directory = directory;
        server
    }

    fn booted(self) -> Self {
        std::fs::write(self.password_file(), format!("{SERVICE_PASSWORD}\n")).unwrap();
        std::fs::write(self.directory.join("users.acl"), users()).unwrap();
        self.boot();
        self
    }

    /// Starts the process again after [`kill`](Self::kill), on the same data.
    pub fn boot(&self) {
        self.boot_to_load();
        until_some_blocking("redis-server answers", BOOT, || {
            self.assert_runs();
            self.try_query::<String>("PING").ok()
        });
    }

    fn assert_runs(&self) {
        let ended = self.child.lock().unwrap().as_mut().and_then(|child| child.try_wait().unwrap());
        let log = || std::fs::read_to_string(self.directory.join("redis.log")).unwrap_or_default();
        if let Some(status) = ended {
            panic!("redis-server ended with {status}: {}", log());
        }
    }

    /// As [`boot`](Self::boot), without waiting until it has loaded its data.
    pub fn boot_to_load(&self) {
        let mut command = Command::new("redis-server");
        command.args(["--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
        command.args([
            "--maxmemory-policy",
            "noeviction",
            "--logfile",
            "redis.log",
            "--aclfile",
            "users.acl",
        ]);
        command.arg("--port").arg(self.port.unwrap_or(0).to_string()).args(["--bind", "127.0.0.1"]);
        command.arg("--unixsocket").arg(self.socket()).arg("--dir").arg(&self.directory);
        command.args(&self.settings).envs(self.variables.iter().map(|(name, value)| (name, value)));
        *self.child.lock().unwrap() = Some(spawn(&command).unwrap());
    }

    /// The unix socket; there is one beside the port, too.
    pub fn socket(&self) -> PathBuf {
        self.directory.join("redis.sock")
    }

    /// The file with the password of [`SERVICE_USER`].
    pub fn password_file(&self) -> PathBuf {
        self.directory.join("password")
    }

    /// The loopback port, if it has one.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Its address as `redis.url` takes it.
    pub fn url(&self) -> String {
        match self.port {
            Some(port) => format!("redis://127.0.0.1:{port}"),
            None => format!("redis+unix://{}", self.socket().display()),
        }
    }

    /// `kill -9`.
    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// `kill -STOP`: it holds its connections and says nothing.
    pub fn freeze(&self) {
        signal(self.pid(), Signal::STOP);
    }

    /// `kill -CONT`.
    pub fn thaw(&self) {
        signal(self.pid(), Signal::CONT);
    }

    /// Runs a command of words without blanks in them.
    pub fn query<T: FromRedisValue>(&self, words: &str) -> T {
        self.try_query(words).unwrap()
    }

    /// Runs a command of any words.
    pub fn command<T: FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        let url = format!("redis+unix://{}", self.socket().display());
        command.query(&mut redis::Client::open(url)?.get_connection()?)
    }

    /// As [`query`](Self::query), of a server that may be gone.
    ///
    /// # Errors
    /// When there is no answer, or an error.
    pub fn try_query<T: FromRedisValue>(&self, words: &str) -> redis::RedisResult<T> {
        query(&format!("redis+unix://{}", self.socket().display()), words)
    }

    fn pid(&self) -> u32 {
        self.child.lock().unwrap().as_ref().expect("it runs").id()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A file of users: the default one, who may do anything, and the service's.
fn users() -> String {
    let digest: String = Sha256::digest(SERVICE_PASSWORD).iter().map(|byte| format!("{byte:02x}")).collect();
    let rules = waggle_task_queue::rights().rules(Password::Sha256(&digest));
    format!("user default on nopass ~* &* +@all\nuser {SERVICE_USER} {rules}\n")
}

/// Runs a command of words without blanks in them on the Redis at `url`.
pub(crate) fn query<T: FromRedisValue>(url: &str, words: &str) -> redis::RedisResult<T> {
    let mut words = words.split(' ');
    let mut command = redis::cmd(words.next().unwrap_or_default());
    for word in words {
        command.arg(word);
    }
    command.query(&mut redis::Client::open(url)?.get_connection()?)
}

/// A port nobody listens on, nor on the one 10,000 above (a cluster's bus), and below those that systems give to
/// connections; no two callers get the same.
pub(crate) fn free_port() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 100).unwrap() * 120;
    let free = |port: u16| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let port = 10_000 + (start + TAKEN.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if free(port) && free(port + 10_000) {
            return port;
        }
    }
}
