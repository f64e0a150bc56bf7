//! What this test process leaves behind: nothing, however it ends.
//!
//! Data lies in memory where there is room. A disk that others keep busy stalls the sync of the append-only file, and
//! Redis answers meanwhile: what it loses then when it is killed is not what these tests are about.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Waits until the pipe from the test process closes, and removes the directory. What runs in it is killed by
/// its parent-death signal at the same moment, and may write for a last instant.
const GUARD: &str =
    r#"cat >/dev/null; for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$0" && exit; sleep 0.2; done"#;

/// Bytes that all tests of a binary need at most, with a wide margin.
const ROOM: u64 = 2 << 30;

struct Sandbox {
    directory: PathBuf,
    /// Holds the other end of the guard's pipe.
    _guard: Option<Child>,
}

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let directory = tempfile::Builder::new().prefix("waggle-tests-").tempdir_in(base()).unwrap().keep();
    let keep = std::env::var_os("WAGGLE_TEST_KEEP").is_some();
    let guard = (!keep).then(|| guard(&directory));
    Sandbox { directory, _guard: guard }
});
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A new directory, removed when the test process has ended; `WAGGLE_TEST_KEEP=1` keeps it.
pub fn new_dir(name: &str) -> PathBuf {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let directory = SANDBOX.directory.join(format!("{name}-{number}"));
    std::fs::create_dir(&directory).unwrap();
    directory
}

fn base() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |room| room.f_bavail * room.f_frsize);
    if room >= ROOM { memory.to_owned() } else { std::env::temp_dir() }
}

fn guard(directory: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD]).arg(directory);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    // In a group of its own: Ctrl-C is for the tests, and the guard has work to do after them.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().unwrap()
}
