use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Client, ConnectionAddr, FromRedisValue, IntoConnectionInfo, RedisResult};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::config::PrivateConfig;
use crate::server::{PrivateRedis, StartError};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A directory for one test, with the private Redis's own inside.
pub(super) struct Home {
    folder: tempfile::TempDir,
    pub(super) config: PrivateConfig,
}

impl Home {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), config: PrivateConfig::default() }
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        self.folder().join("data")
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.data_dir().join("redis.sock")
    }

    pub(super) fn append_only(&self, end: &str) -> PathBuf {
        let files =
            self.data_dir().join("appendonlydir").read_dir().unwrap().map(|entry| entry.unwrap().path());
        files.into_iter().find(|path| path.to_str().unwrap().ends_with(end)).unwrap()
    }

    pub(super) async fn start(&self) -> PrivateRedis {
        self.try_start().await.unwrap()
    }

    pub(super) async fn try_start(&self) -> Result<PrivateRedis, StartError> {
        PrivateRedis::start(&self.config, &self.data_dir()).await
    }

    /// The one line that explains why it does not start.
    pub(super) async fn refusal(&self) -> String {
        one_line(&self.try_start().await.unwrap_err())
    }

    /// A program of this test, in the place of `redis-server`.
    pub(super) fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.folder().join(name);
        // Written by another process: a file that this one has open for writing could
        // be inherited by a child of another test, and then cannot be executed.
        let write = "printf '#!/bin/sh\\n%s\\n' \"$1\" > \"$0\" && chmod 755 \"$0\"";
        let written = Command::new("sh").args(["-c", write]).arg(&path).arg(script).status();
        assert!(written.unwrap().success());
        path
    }

    pub(super) async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let address = ConnectionAddr::Unix(self.socket()).into_connection_info()?;
        Client::open(address)?.get_multiplexed_async_connection().await
    }

    pub(super) async fn try_ask<T: FromRedisValue>(&self, command: &str) -> RedisResult<T> {
        let mut connection = self.connect().await?;
        let mut cmd = redis::Cmd::new();
        for word in command.split(' ') {
            cmd.arg(word);
        }
        cmd.query_async(&mut connection).await
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &str) -> T {
        self.try_ask(command).await.unwrap()
    }

    /// Waits until a Redis that is not `before` takes commands, and returns its process.
    pub(super) async fn answers(&self, before: Option<Pid>) -> Pid {
        eventually("Redis answers", async || {
            let info: String = self.try_ask("INFO").await.ok()?;
            // INFO is answered while the data is still being loaded.
            let loaded = info.contains("\r\nloading:0");
            let line = info.lines().find_map(|line| line.strip_prefix("process_id:")).unwrap();
            Pid::from_raw(line.parse().unwrap()).filter(|pid| loaded && Some(*pid) != before)
        })
        .await
    }
}

pub(super) fn one_line(error: &StartError) -> String {
    let text = error.to_string();
    assert!(!text.contains('\n'), "more than one line: {text}");
    text
}

pub(super) fn kill(pid: Pid) {
    kill_process(pid, Signal::KILL).unwrap();
}

pub(super) async fn gone(pid: Pid) {
    eventually("the process is gone", async || (!is_alive(pid)).then_some(())).await;
}

/// A zombie that somebody else has to collect is not alive.
pub(super) fn is_alive(pid: Pid) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    test_kill_process(pid).is_ok() && stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits for a condition; the pause only spares the processor.
pub(super) async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let search = async {
        loop {
            if let Some(found) = condition().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, search).await.unwrap_or_else(|_| panic!("never: {what}"))
}

pub(super) fn path_of(folders: &[&Path]) -> Vec<PathBuf> {
    folders.iter().map(|folder| PathBuf::from(OsString::from(folder))).collect()
}
