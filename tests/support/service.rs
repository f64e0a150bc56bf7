//! `waggle serve` as a child process.

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use waggle_core::{Redis, Target};

use crate::process::{alive, signal, spawn};
use crate::redis_server::query;
use crate::wait::{until, until_some_blocking};
use crate::{Client, Cluster, PATIENCE, Setup, audit};

/// From the start of the process until it listens.
const START: Duration = Duration::from_secs(30);
/// From the signal until the end of the process.
const END: Duration = Duration::from_secs(20);
const GREETING: &str = "waggle listens on ";
/// Lines of the log that a failed test shows.
const LOG_LINES: usize = 12;

/// A running service; killed when dropped.
pub struct Service {
    setup: Setup,
    running: Mutex<Running>,
    pub(crate) auditor: OnceLock<Redis>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    /// `http` or `https`.
    scheme: String,
    address: String,
}

/// A service that did not start.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// All it wrote to standard error.
    pub stderr: String,
}

impl Service {
    /// Starts a service and waits until it listens.
    ///
    /// # Panics
    /// When it does not.
    pub fn start(setup: Setup) -> Arc<Self> {
        Self::try_start(setup, "127.0.0.1:0").unwrap_or_else(|ended| panic!("the service ended: {ended:?}"))
    }

    /// Starts a service on `listen`.
    ///
    /// # Errors
    /// When it ends instead of listening.
    pub fn try_start(setup: Setup, listen: &str) -> Result<Arc<Self>, Ended> {
        let running = Mutex::new(launch(&setup, listen)?);
        Ok(Arc::new(Self { setup, running, auditor: OnceLock::new() }))
    }

    /// A client for it.
    pub fn client(&self) -> Client {
        Client::new(&self.base()).over(self.setup.tls.clone()).showing(self.setup.root.as_deref())
    }

    /// `http://HOST:PORT`, or `https`.
    pub fn base(&self) -> String {
        let running = self.running.lock().unwrap();
        format!("{}://{}", running.scheme, running.address)
    }

    /// `HOST:PORT`.
    pub fn address(&self) -> String {
        self.running.lock().unwrap().address.clone()
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.running.lock().unwrap().child.id()
    }

    /// How it was started.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// The cluster it runs on, if it does.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.setup.cluster.as_deref()
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&self) {
        let mut running = self.running.lock().unwrap();
        // An error means that it has ended already.
        let _ = running.child.kill();
        let _ = running.child.wait();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        signal(self.pid(), Signal::TERM);
    }

    /// `kill -STOP`: it holds its connections and says nothing.
    pub fn freeze(&self) {
        signal(self.pid(), Signal::STOP);
    }

    /// `kill -CONT`.
    pub fn thaw(&self) {
        signal(self.pid(), Signal::CONT);
    }

    /// Its memory that is resident.
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Waits for its end.
    pub fn ended(&self) -> ExitStatus {
        until_some_blocking("the service ends", END, || {
            self.running.lock().unwrap().child.try_wait().unwrap()
        })
    }

    /// Starts it again, on the same data and the same port, once its Redis is gone.
    pub fn restart(&self) {
        let address = self.address();
        let deadline = Instant::now() + END;
        // The Redis of a killed service dies with it, but not in the same instant.
        let running = loop {
            match launch(&self.setup, &address) {
                Ok(running) => break running,
                Err(ended) => {
                    assert!(Instant::now() < deadline, "the service does not start again: {ended:?}");
                }
            }
        };
        *self.running.lock().unwrap() = running;
    }

    /// The process id of its private Redis.
    pub fn redis_pid(&self) -> Option<u32> {
        let Target::Unix(socket) = &self.setup.target else { return None };
        let info: String = query(&format!("redis+unix://{}", socket.display()), "INFO server").ok()?;
        let pid = info.lines().find_map(|line| line.strip_prefix("process_id:"))?.trim().parse().ok()?;
        alive(pid).then_some(pid)
    }

    /// Runs a command of words without blanks in them on its Redis, on all primaries of a cluster.
    pub fn redis<T: redis::FromRedisValue>(&self, words: &str) -> Vec<T> {
        let urls = match (&self.setup.target, self.cluster()) {
            (_, Some(cluster)) => cluster.urls(),
            (Target::Unix(socket), None) => vec![format!("redis+unix://{}", socket.display())],
            (other, None) => panic!("no address: {other:?}"),
        };
        // Of a command on a key all primaries but the key's own say that it is elsewhere.
        let answers = urls.iter().map(|url| query(url, words));
        answers
            .filter(|answer| answer.as_ref().err().and_then(|error| error.code()) != Some("MOVED"))
            .map(Result::unwrap)
            .collect()
    }

    /// All that it logged since it was started last.
    pub fn log(&self) -> String {
        std::fs::read_to_string(log(&self.setup)).unwrap_or_default()
    }

    /// Waits until it has logged this: an answer may be faster than its line in the log.
    pub async fn until_logged(&self, text: &str) {
        until(&format!("{text:?} is logged"), PATIENCE, async || self.log().contains(text)).await;
    }

    /// The end of what it logged.
    pub fn log_tail(&self) -> String {
        let text = self.log();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }

    /// What the audit says of one swarm; empty when all invariants hold.
    pub async fn audit(self: &Arc<Self>, swarm: &str) -> Vec<String> {
        audit(Arc::clone(self), swarm.to_owned()).await
    }

    pub(crate) fn target(&self) -> &Target {
        &self.setup.target
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("setup", &self.setup).finish_non_exhaustive()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
    }
}

fn log(setup: &Setup) -> PathBuf {
    setup.directory.join("stderr.log")
}

fn launch(setup: &Setup, listen: &str) -> Result<Running, Ended> {
    let mut child = spawn(&setup.command(listen)).unwrap();
    drop(child.stdin.take());
    let errors = keep(child.stderr.take().unwrap(), log(setup));
    let (said, greeting) = mpsc::channel();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Reads on to the end: a full pipe would stop the service.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(said.send(line))));
    let deadline = Instant::now() + START;
    loop {
        match greeting.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some((scheme, address)) =
                    line.strip_prefix(GREETING).and_then(|url| url.split_once("://"))
                {
                    return Ok(Running {
                        child,
                        scheme: scheme.to_owned(),
                        address: address.trim().to_owned(),
                    });
                }
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let status = child.wait().unwrap();
                let _ = errors.join();
                let stderr = std::fs::read_to_string(log(setup)).unwrap_or_default();
                return Err(Ended { status, stderr });
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                panic!("the service does not listen within {START:?}");
            }
        }
    }
}

/// Copies what a process says into a new file: one of before that still speaks has its own.
fn keep(mut from: impl Read + Send + 'static, into: PathBuf) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let _ = std::fs::remove_file(&into);
        let copied = File::create(into).and_then(|mut file| std::io::copy(&mut from, &mut file));
        drop(copied);
    })
}
