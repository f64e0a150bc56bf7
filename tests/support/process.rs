//! Child processes that die with the test process.

use std::process::{Child, Command};
use std::sync::{LazyLock, Mutex, mpsc};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit, test_kill_process};

type Birth = (Command, mpsc::SyncSender<std::io::Result<Child>>);

/// The parent-death signal follows the thread that spawned, and threads of tests end: this one does not.
static PARENT: LazyLock<Mutex<mpsc::Sender<Birth>>> = LazyLock::new(|| {
    raise_open_files();
    let (sender, births) = mpsc::channel::<Birth>();
    let parent = move || {
        for (mut command, born) in births {
            // Nobody listens any more when the test was given up meanwhile.
            let _ = born.send(command.spawn());
        }
    };
    std::thread::Builder::new().name("parent".to_owned()).spawn(parent).unwrap();
    Mutex::new(sender)
});

/// Starts `command`; it gets SIGKILL when this process ends, however it ends.
///
/// # Errors
/// What the system says.
pub fn spawn(command: &Command) -> std::io::Result<Child> {
    let (born, birth) = mpsc::sync_channel(1);
    let parent = PARENT.lock().unwrap().clone();
    parent.send((guarded(command), born)).unwrap();
    birth.recv().unwrap()
}

/// Sends `signal` to a process that this test started and has not yet reaped.
pub fn signal(pid: u32, signal: Signal) {
    kill_process(as_pid(pid), signal).unwrap();
}

/// Whether the process exists, a zombie not counted.
pub fn alive(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let zombie = state.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']));
    test_kill_process(as_pid(pid)).is_ok() && !zombie
}

fn as_pid(pid: u32) -> Pid {
    Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()
}

/// The same program under `setpriv`, which arms the signal and then becomes it. Pipes are always asked for, and
/// nobody who does not read them gets them: a `Command` does not tell what it would do with them.
fn guarded(command: &Command) -> Command {
    let mut guarded = Command::new("setpriv");
    guarded.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => guarded.env(name, value),
            None => guarded.env_remove(name),
        };
    }
    if let Some(directory) = command.get_current_dir() {
        guarded.current_dir(directory);
    }
    guarded.stdin(std::process::Stdio::piped());
    guarded.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    guarded
}

/// A thousand waiting agents are a thousand connections.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}
