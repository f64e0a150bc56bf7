use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::StartError;
use super::data_dir::DataDir;
use super::find::Search;
use super::lock::Locks;
use super::log::Log;

/// Time to write and sync what is left; after it there is no more asking.
const STOP_DEADLINE: Duration = Duration::from_secs(30);

/// What is killed is gone at once, but for a system call that does not return.
const KILL_DEADLINE: Duration = Duration::from_secs(5);

/// Run by `setpriv` when the death signal is already armed. A service that died
/// before that would never send it; then the parent is another, and nothing starts.
const GUARD: &str = r#"umask 077; [ "$PPID" = "$0" ] || exit 1; exec "$@""#;

/// Prefix of our own environment variables, some of which hold secrets.
const OWN_VARIABLES: &str = "WAGGLE_";

/// How a Redis is started.
#[derive(Debug)]
pub(super) struct Launcher {
    setpriv: PathBuf,
    shell: PathBuf,
    program: PathBuf,
    data_dir: DataDir,
    locks: Locks,
}

impl Launcher {
    pub(super) fn new(
        search: &Search,
        program: PathBuf,
        data_dir: DataDir,
        locks: Locks,
    ) -> Result<Self, StartError> {
        let setpriv = search.system("setpriv", "util-linux")?;
        let shell = search.system("sh", "dash")?;
        Ok(Self { setpriv, shell, program, data_dir, locks })
    }

    pub(super) fn data_dir(&self) -> &DataDir {
        &self.data_dir
    }

    /// Starts a Redis that is killed when this process dies, however it dies.
    pub(super) async fn spawn(&self) -> Result<Child, StartError> {
        let failed = |error: std::io::Error| not_started(&self.program, &error);
        let (pipe, output) = std::io::pipe().map_err(failed)?;
        let mut command = self.command();
        command.stdin(self.locks.share().map_err(failed)?);
        command.stdout(output.try_clone().map_err(failed)?).stderr(output);
        let log = Log::follow(pipe).map_err(failed)?;
        let (born, birth) = oneshot::channel();
        let (exit, exited) = watch::channel(None);
        // The death signal follows the thread that spawned, not the process: this one
        // does nothing else and lives until Redis is gone.
        std::thread::Builder::new()
            .name("redis-parent".to_owned())
            .spawn(move || parent(command, born, &exit))
            .map_err(failed)?;
        let birth = birth.await.unwrap_or_else(|_| Err(std::io::Error::other("its parent thread ended")));
        Ok(Child { process: birth.map_err(failed)?, exited, log })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.setpriv);
        // TERM, not KILL: while a sync of the append-only file is under way Redis may hold acknowledged writes back, and
        // told to end it writes them first.
        command.args(["--pdeathsig", "TERM", "--"]).arg(&self.shell).args(["-c", GUARD]);
        command.arg(std::process::id().to_string()).arg(&self.program).arg(self.data_dir.conf());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with(OWN_VARIABLES) {
                command.env_remove(name);
            }
        }
        // Ctrl-C in a terminal goes to a whole group; Redis has to outlive the requests
        // that the service still answers then.
        command.process_group(0);
        command
    }
}

/// A Redis that was started; dropped, it is asked to end.
#[derive(Debug)]
pub(super) struct Child {
    process: OwnedFd,
    exited: watch::Receiver<Option<String>>,
    log: Log,
}

impl Child {
    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    /// Waits for its end, and says how it ended.
    pub(super) async fn exited(&mut self) -> String {
        match self.exited.wait_for(Option::is_some).await {
            Ok(status) => status.clone().unwrap_or_default(),
            Err(_) => "an unknown status".to_owned(),
        }
    }

    /// Asks it to write everything and end; past the deadline, ends it.
    pub(super) async fn terminate(&mut self) {
        self.terminate_within(STOP_DEADLINE).await;
    }

    pub(super) async fn terminate_within(&mut self, deadline: Duration) {
        self.signal(Signal::TERM);
        if timeout(deadline, self.exited()).await.is_err() {
            tracing::error!(seconds = deadline.as_secs(), "the private Redis did not stop in time: killed");
            self.signal(Signal::KILL);
            // Only a disk that does not answer keeps a killed process; the lock stays with it.
            let _ = timeout(KILL_DEADLINE, self.exited()).await;
        }
    }

    fn signal(&self, signal: Signal) {
        // The descriptor names this process and no later one of the same number: an
        // error means that it is gone, which is what was wanted.
        let _ = pidfd_send_signal(&self.process, signal);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
    }
}

/// Spawns, reports, and stays until the end of what it spawned.
fn parent(
    mut command: Command,
    born: oneshot::Sender<std::io::Result<OwnedFd>>,
    exit: &watch::Sender<Option<String>>,
) {
    let spawned = command.spawn();
    // It holds our copies of the pipe and of the lock.
    drop(command);
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return drop(born.send(Err(error))),
    };
    let process = pidfd_open(Pid::from_child(&child), PidfdFlags::empty()).map_err(Into::into);
    let unwanted = process.is_err();
    if born.send(process).is_err() || unwanted {
        // Nobody is there to look after it. An error means that it has ended by itself.
        let _ = child.kill();
    }
    let status = child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
    exit.send_replace(Some(status));
}

fn not_started(program: &Path, error: &std::io::Error) -> StartError {
    StartError::NotStarted { path: program.to_owned(), detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::GUARD;
    use std::process::{Command, id};

    fn runs_for_parent(parent: u32) -> bool {
        Command::new("sh").args(["-c", GUARD, &parent.to_string(), "true"]).status().unwrap().success()
    }

    #[test]
    fn nothing_is_started_for_a_parent_that_died_before_its_death_could_be_noticed() {
        assert!(runs_for_parent(id()));
        assert!(!runs_for_parent(1));
    }
}
