use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use waggle_core::config::RedisConfig;
use waggle_core::redis::{self, FromRedisValue};
use waggle_core::{Library, Redis, Target};

/// A server boots in some 25 ms; a busy machine takes longer.
const BOOT: Duration = Duration::from_secs(20);

/// A Redis on a unix socket in a directory of its own, killed when dropped.
pub(crate) struct TestServer {
    dir: tempfile::TempDir,
    child: Child,
}

impl TestServer {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", ""]).arg("--dir").arg(dir.path());
        command.arg("--unixsocket").arg(dir.path().join("redis.sock"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { dir, child };
        let deadline = Instant::now() + BOOT;
        while server.try_raw::<String>(&["PING"]).is_err() {
            assert!(Instant::now() < deadline, "redis-server did not start");
            std::thread::sleep(Duration::from_millis(2));
        }
        server
    }

    pub(crate) async fn connect(&self, library: Library) -> Redis {
        Redis::connect(&RedisConfig::default(), Target::Unix(self.socket()), library).await.unwrap()
    }

    /// Runs a command past everything under test.
    pub(crate) fn raw<T: FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_raw(words).unwrap()
    }

    fn try_raw<T: FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let client = redis::Client::open(format!("unix://{}", self.socket().display()))?;
        let mut cmd = redis::cmd(words[0]);
        cmd.arg(&words[1..]).query(&mut client.get_connection()?)
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("redis.sock")
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
