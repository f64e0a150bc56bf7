use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Resource, Rlimit, Signal};
use tokio::process::{Child, Command};

use crate::bench::load::connection::Connection;
use crate::bench::load::request;
use crate::bench::system::deadline;

const READY_POLL: Duration = Duration::from_millis(20);
/// As much of a log as helps when a process does not start.
const LOG_TAIL_BYTES: usize = 2000;

/// A child process that serves HTTP on loopback. Killed when dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    pub(crate) pid: u32,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts a program that listens where `--listen` says, and waits until it says that it is ready.
    ///
    /// # Errors
    /// When it cannot be started, ends or is not ready in time: with the end of its log.
    pub(crate) async fn start(command: &mut Command, directory: &Path) -> anyhow::Result<Process> {
        let address = free_address()?;
        command.arg("--listen").arg(address.to_string());
        Self::start_at(address, "/health/ready", command, directory).await
    }

    /// Starts a program that listens at this address, and waits until it answers at `health` that it is ready.
    /// What it prints goes into `directory`; no setting of ours reaches it through the environment.
    ///
    /// # Errors
    /// When it cannot be started, ends or is not ready in time: with the end of its log.
    pub(crate) async fn start_at(
        address: SocketAddr,
        health: &str,
        command: &mut Command,
        directory: &Path,
    ) -> anyhow::Result<Process> {
        let log = directory.join("log");
        let file = File::create(&log)?;
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WAGGLE_"))
        {
            command.env_remove(name);
        }
        command.current_dir(directory).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child =
            command.spawn().with_context(|| format!("cannot start {:?}", command.as_std().get_program()))?;
        let pid = child.id().context("the process ended at once")?;
        let mut process = Process { child, log, pid, address };
        let ready = deadline::within(deadline::START, "start", process.until_ready(health)).await;
        ready.with_context(|| format!("{:?}: {}", command.as_std(), process.log_tail()))?;
        Ok(process)
    }

    /// Asks the process to end, and waits for it.
    ///
    /// # Errors
    /// When it does not end in time or ends with a failure.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        send(self.pid, Signal::TERM);
        let ended = deadline::within(deadline::STOP, "stop", async { Ok(self.child.wait().await?) }).await;
        match ended.with_context(|| self.log_tail())? {
            // The ceiling has nothing to put in order: it leaves the signal to do its work.
            status if status.success() || status.signal() == Some(Signal::TERM.as_raw()) => Ok(()),
            status => bail!("ended with {status}: {}", self.log_tail()),
        }
    }

    async fn until_ready(&mut self, health: &str) -> anyhow::Result<()> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("ended with {status} before it was ready");
            }
            let ready = async {
                Connection::open(self.address).await?.exchange(&request::get(health)).await.map(drop)
            };
            if ready.await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(READY_POLL).await;
        }
    }

    fn log_tail(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&text[text.len().saturating_sub(LOG_TAIL_BYTES)..]).into_owned()
    }
}

/// Lets this process and those it starts open as many files as the system allows: an agent is a connection.
pub(crate) fn raise_file_limit() -> anyhow::Result<()> {
    let Rlimit { maximum, .. } = rustix::process::getrlimit(Resource::Nofile);
    rustix::process::setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .context("cannot raise the limit of open files")
}

/// How many files a process may open; `None` for any number.
pub(crate) fn file_limit() -> Option<u64> {
    rustix::process::getrlimit(Resource::Nofile).current
}

/// Sends a signal to a process that may have ended.
pub(crate) fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // The one error there can be is that it has ended already, which is what was wanted.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// An address on loopback that nobody listens at.
///
/// # Errors
/// When there is none.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
