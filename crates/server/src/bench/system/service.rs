use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::process::Signal;
use tempfile::TempDir;
use tokio::process::Command;

use crate::bench::args::{BenchArgs, Tokens};
use crate::bench::figures::ceiling::Sizes;
use crate::bench::load::drive::Subject;
use crate::bench::load::request;
use crate::bench::load::token::Token;
use crate::bench::system::cpu::Meter;
use crate::bench::system::info::Info;
use crate::bench::system::process::{self, Process};
use crate::bench::system::{deadline, procfs};

const POLL: Duration = Duration::from_millis(200);
/// A program of the tests' crate.
const NAIVE: &str = "waggle-naive";

/// Where the measured programs are and where their data goes.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    /// The service that is measured.
    waggle: PathBuf,
    /// This program, which serves the ceiling as well.
    ours: PathBuf,
    directory: PathBuf,
    /// What the service asks for, if it does.
    token: Option<Arc<Token>>,
    pub(crate) ocypod: Option<PathBuf>,
    pub(crate) bullmq: Option<PathBuf>,
}

/// A measured process with its data directory and, for those that have one, its Redis.
pub(crate) struct Service {
    process: Process,
    redis: Option<Redis>,
    _directory: TempDir,
}

struct Redis {
    pid: u32,
    socket: PathBuf,
}

impl Programs {
    /// # Errors
    /// When the path of this program is unknown.
    pub(crate) fn new(args: &BenchArgs) -> anyhow::Result<Programs> {
        let ours = std::env::current_exe()?;
        let waggle = std::path::absolute(args.waggle.as_ref().unwrap_or(&ours))?;
        let directory = std::path::absolute(args.dir.clone().unwrap_or_else(std::env::temp_dir))?;
        let (ocypod, bullmq) = (args.ocypod.clone(), args.bullmq.clone());
        let token = if args.tokens == Tokens::Off { None } else { Some(Arc::new(Token::new()?)) };
        Ok(Programs { waggle, ours, directory, token, ocypod, bullmq })
    }

    /// The same with another service to measure.
    ///
    /// # Errors
    /// When the path of the working directory is unknown.
    pub(crate) fn with(&self, waggle: &Path) -> anyhow::Result<Programs> {
        Ok(Programs { waggle: std::path::absolute(waggle)?, ..self.clone() })
    }

    /// The same, of a service that asks for no token.
    pub(crate) fn open(&self) -> Programs {
        Programs { token: None, ..self.clone() }
    }

    /// The service as its users start it, on an empty data directory; requests show what it asks for from now on.
    ///
    /// # Errors
    /// When it does not get ready, or its Redis cannot be found.
    pub(crate) async fn waggle(&self) -> anyhow::Result<Service> {
        ensure!(self.waggle.exists(), "there is no {}", self.waggle.display());
        let directory = self.new_directory()?;
        let mut command = Command::new(&self.waggle);
        command.arg("serve").arg("--data-dir").arg(directory.path().join("data"));
        request::show(self.token.as_ref().map(|token| token.shown()));
        if let Some(token) = &self.token {
            let file = directory.path().join("tokens.toml");
            fs::write(&file, token.settings()).with_context(|| format!("cannot write {}", file.display()))?;
            command.env("WAGGLE_AUTH__TOKENS_FILE", file);
        }
        Service::start(&mut command, directory, true).await
    }

    /// The naive service, on an empty data directory; nothing where it was not built beside this program.
    ///
    /// # Errors
    /// When it does not get ready, or its Redis cannot be found.
    pub(crate) async fn naive(&self) -> anyhow::Result<Option<Service>> {
        let program = self.ours.with_file_name(NAIVE);
        if !program.exists() {
            return Ok(None);
        }
        let directory = self.new_directory()?;
        let mut command = Command::new(program);
        command.arg("--data-dir").arg(directory.path());
        Service::start(&mut command, directory, true).await.map(Some)
    }

    /// HTTP alone, or HTTP and JSON alone, answering bodies of the given sizes.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(crate) async fn ceiling(&self, sizes: Sizes, json: bool) -> anyhow::Result<Service> {
        let mut command = Command::new(&self.ours);
        command.args(["bench", "ceiling"]);
        command.arg("--submit-bytes").arg(sizes.submit.to_string());
        command.arg("--claim-bytes").arg(sizes.claim.to_string());
        command.arg("--complete-bytes").arg(sizes.complete.to_string());
        command.args(json.then_some("--json"));
        Service::start(&mut command, self.new_directory()?, false).await
    }

    /// A directory of its own for what is started.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn new_directory(&self) -> anyhow::Result<TempDir> {
        let directory = tempfile::Builder::new().prefix("waggle-bench-").tempdir_in(&self.directory);
        directory.with_context(|| format!("cannot make a directory in {}", self.directory.display()))
    }
}

impl Service {
    /// What the load is put on.
    pub(crate) fn subject(&self) -> Subject {
        let redis = self.redis.as_ref().map(|redis| redis.pid);
        Subject { address: self.process.address, meter: Meter { service: self.process.pid, redis } }
    }

    /// Resident bytes of the service and of its Redis.
    ///
    /// # Errors
    /// When one of them has ended.
    pub(crate) fn resident_bytes(&self) -> anyhow::Result<(u64, u64)> {
        let redis = self.redis.as_ref().map(|redis| procfs::resident_bytes(redis.pid)).transpose()?;
        Ok((procfs::resident_bytes(self.process.pid)?, redis.unwrap_or(0)))
    }

    /// What its Redis says about itself, once that is not busy rewriting its append-only file.
    ///
    /// # Errors
    /// When there is no Redis, or the rewrite does not end in time.
    pub(crate) async fn settled_info(&self) -> anyhow::Result<Info> {
        let socket = &self.redis.as_ref().context("this service has no Redis")?.socket;
        Info::settled(socket).await
    }

    /// Microseconds its Redis has spent in functions so far.
    ///
    /// # Errors
    /// When there is no Redis, or it has not been asked to do anything.
    pub(crate) async fn function_time(&self) -> anyhow::Result<u64> {
        let socket = &self.redis.as_ref().context("this service has no Redis")?.socket;
        Info::commands(socket).await?.function_time()
    }

    /// Ends the service in an orderly way and makes sure that its Redis has ended with it.
    ///
    /// # Errors
    /// When either stays.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let Service { process, redis, _directory } = self;
        process.stop().await?;
        let Some(redis) = redis else { return Ok(()) };
        deadline::within(deadline::STOP, "end of Redis", async {
            while procfs::is_redis(redis.pid) {
                tokio::time::sleep(POLL).await;
            }
            Ok(())
        })
        .await
    }

    async fn start(command: &mut Command, directory: TempDir, with_redis: bool) -> anyhow::Result<Service> {
        let process = Process::start(command, directory.path()).await?;
        let redis = if with_redis { Some(Redis::below(process.pid).await?) } else { None };
        Ok(Service { process, redis, _directory: directory })
    }
}

impl Redis {
    /// Waits until there is one below a process and it listens.
    async fn below(pid: u32) -> anyhow::Result<Redis> {
        deadline::within(deadline::START, "a Redis on a unix socket below the service", async {
            loop {
                let found = procfs::redis_below(pid);
                match found.and_then(|pid| Some(Redis { pid, socket: procfs::listening_socket(pid)? })) {
                    Some(redis) => return Ok(redis),
                    None => tokio::time::sleep(POLL).await,
                }
            }
        })
        .await
    }
}

impl Drop for Redis {
    /// A service that was killed may not have taken its Redis along.
    fn drop(&mut self) {
        if procfs::is_redis(self.pid) {
            process::send(self.pid, Signal::KILL);
        }
    }
}
