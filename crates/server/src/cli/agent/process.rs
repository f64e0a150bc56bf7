//! A running command and the process group it leads.

use std::{
    io::{self, Write as _},
    process::ExitStatus,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, Command},
    sync::oneshot,
};
use tokio_util::task::AbortOnDropHandle;

use super::capture::{Head, Tail};

/// Bytes of standard output a result may have: with its quotes and the request around it, less than
/// the 1 MiB a service takes by default.
pub(super) const OUTPUT_BYTES: usize = 900 * 1_024;
/// Bytes of the end of standard error that are reported with a failure.
const STDERR_BYTES: usize = 4 * 1_024;
/// How long what a command left running may go on printing after its own end.
const LINGER: Duration = Duration::from_secs(1);
/// Bytes read from a pipe at once.
const CHUNK: usize = 16 * 1_024;

/// A command on its way. Dropped before its end, it takes its process group with it.
pub(super) struct Running {
    group: Pid,
    done: AbortOnDropHandle<io::Result<Finished>>,
}

/// A command that has ended, and what it printed.
pub(super) struct Finished {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    /// It printed more than [`OUTPUT_BYTES`] and was stopped for it.
    pub(super) too_much: bool,
    /// The end of its standard error.
    pub(super) stderr: Vec<u8>,
}

impl Running {
    /// Starts `command`, which must be set up to lead a process group and to be spoken to through pipes.
    ///
    /// # Errors
    /// When the system cannot start it.
    pub(super) fn start(mut command: Command, input: Vec<u8>) -> io::Result<Self> {
        let child = command.spawn()?;
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let group = id.ok_or_else(|| io::Error::other("it ended before it began"))?;
        Ok(Self { group, done: AbortOnDropHandle::new(tokio::spawn(attend(child, group, input))) })
    }

    /// Asks the group to end.
    pub(super) fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends the group.
    pub(super) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Waits for the end. May be called again when it was dropped before.
    ///
    /// # Errors
    /// When the system does not tell how it ended.
    pub(super) async fn finished(&mut self) -> io::Result<Finished> {
        (&mut self.done).await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    fn signal(&self, signal: Signal) {
        // Once the command has been waited for, its number may belong to somebody else.
        if !self.done.is_finished() {
            signal_group(self.group, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Feeds and reads the command until it has ended. What it left running gets a moment to close its
/// pipes, and is killed when it does not: a result must not wait for a forgotten background job.
async fn attend(mut child: Child, group: Pid, input: Vec<u8>) -> io::Result<Finished> {
    let (mut head, mut tail) = (Head::new(OUTPUT_BYTES), Tail::new(STDERR_BYTES));
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (ended, end) = oneshot::channel::<()>();
    let streams = async {
        tokio::join!(feed(stdin, &input), read_head(stdout, group, &mut head), read_tail(stderr, &mut tail));
    };
    let bounded = async {
        tokio::select! {
            () = streams => {}
            () = lingered(end) => signal_group(group, Signal::KILL),
        }
    };
    let waited = async {
        let status = child.wait().await;
        drop(ended);
        status
    };
    let (status, ()) = tokio::join!(waited, bounded);
    Ok(Finished {
        status: status?,
        too_much: head.overflown(),
        stdout: head.into_bytes(),
        stderr: tail.into_bytes(),
    })
}

async fn lingered(end: oneshot::Receiver<()>) {
    // Nothing is ever sent: the sender is dropped when the command has ended.
    let _ = end.await;
    tokio::time::sleep(LINGER).await;
}

/// A command that does not read its input is not failing.
async fn feed(stdin: Option<ChildStdin>, input: &[u8]) {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(input).await;
    }
}

/// Reads up to the limit. Beyond it the pipe is closed and the group asked to end, as `head` would do.
async fn read_head(pipe: Option<impl AsyncRead + Unpin>, group: Pid, head: &mut Head) {
    let Some(mut pipe) = pipe else { return };
    let mut chunk = vec![0; CHUNK];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        head.push(&chunk[..read]);
        if head.overflown() {
            signal_group(group, Signal::TERM);
            return;
        }
    }
}

/// Passes standard error on to this process's own, and keeps its end.
async fn read_tail(pipe: Option<impl AsyncRead + Unpin>, tail: &mut Tail) {
    let Some(mut pipe) = pipe else { return };
    let mut chunk = vec![0; CHUNK];
    while let Ok(read @ 1..) = pipe.read(&mut chunk).await {
        tail.push(&chunk[..read]);
        pass_on(chunk[..read].to_vec()).await;
    }
}

/// Whoever does not read this process's standard error holds up one command, not the heartbeats.
async fn pass_on(chunk: Vec<u8>) {
    let written = tokio::task::spawn_blocking(move || io::stderr().write_all(&chunk)).await;
    if !matches!(written, Ok(Ok(()))) {
        tracing::debug!("standard error cannot be written to");
    }
}

fn signal_group(group: Pid, signal: Signal) {
    // The only error there can be is that nobody is left.
    let _ = kill_process_group(group, signal);
}

#[cfg(test)]
mod tests {
    use std::{process::Stdio, time::Instant};

    use rustix::process::test_kill_process_group;

    use super::*;

    /// How long a process may take to be gone.
    const GONE: Duration = Duration::from_secs(10);

    fn start(script: &str, input: &[u8]) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", script]).process_group(0).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::start(command, input.to_vec()).unwrap()
    }

    async fn is_gone(group: Pid) -> bool {
        let ends = Instant::now() + GONE;
        while test_kill_process_group(group).is_ok() {
            if Instant::now() > ends {
                return false;
            }
            tokio::task::yield_now().await;
        }
        true
    }

    #[tokio::test]
    async fn a_command_reads_its_input_and_what_it_prints_is_kept() {
        let finished = start("cat; echo done >&2; exit 3", b"input").finished().await.unwrap();
        assert_eq!((finished.stdout.as_slice(), finished.stderr.as_slice()), (&b"input"[..], &b"done\n"[..]));
        assert_eq!(finished.status.code(), Some(3));
    }

    #[tokio::test]
    async fn a_command_that_ignores_its_input_is_not_failing() {
        let finished = start("true", &vec![b'x'; 1_000_000]).finished().await.unwrap();
        assert!(finished.status.success());
    }

    #[tokio::test]
    async fn a_command_that_prints_too_much_is_stopped() {
        let finished = start("while :; do echo a line without end; done", b"").finished().await.unwrap();
        assert!(finished.too_much);
        assert_eq!(finished.stdout.len(), OUTPUT_BYTES);
    }

    #[tokio::test]
    async fn a_forgotten_background_job_neither_holds_up_the_result_nor_lives_on() {
        let mut running = start("sleep 600 & echo result", b"");
        let group = running.group;
        let finished = running.finished().await.unwrap();
        assert_eq!(finished.stdout, b"result\n");
        assert!(is_gone(group).await);
    }

    #[tokio::test]
    async fn a_command_that_is_given_up_takes_its_group_with_it() {
        let running = start("sleep 600 & wait", b"");
        let group = running.group;
        drop(running);
        assert!(is_gone(group).await);
    }

    #[tokio::test]
    async fn a_signal_reaches_what_the_command_has_started() {
        let mut running = start("sleep 600; echo never", b"");
        running.terminate();
        let finished = running.finished().await.unwrap();
        assert!(!finished.status.success() && finished.stdout.is_empty());
    }
}
