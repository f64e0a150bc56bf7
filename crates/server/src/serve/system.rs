//! What the service asks of the operating system for ten thousand waiting agents.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::disable_transparent_huge_pages;

/// Files that are open besides the connections of clients: those to Redis, listeners, snapshots.
const OTHER_FILES: u64 = 256;

/// Prepares the process; what the system refuses is said and done without.
pub(super) fn prepare() {
    raise_open_files();
    refuse_huge_pages();
}

/// As far as the system allows without asking anybody: every waiting agent holds a connection, and many
/// systems begin with 1,024.
pub(crate) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    if limit.current != limit.maximum && setrlimit(Resource::Nofile, raised).is_err() {
        tracing::warn!(limit = limit.current, "the limit of open files cannot be raised");
    }
}

/// How many of so many connections of clients the system has files for. Beyond its limit nobody would be told anything,
/// and the service could not open files of its own.
pub(super) fn connections_within(wanted: usize) -> usize {
    let files = getrlimit(Resource::Nofile).current.map(|files| files.saturating_sub(OTHER_FILES).max(1));
    let room = files.and_then(|files| usize::try_from(files).ok()).unwrap_or(usize::MAX);
    if room < wanted {
        tracing::info!(
            connections = room,
            wanted,
            "fewer connections than `server.max_connections`: the hard limit of open files (`ulimit -Hn`) is too low"
        );
    }
    wanted.min(room)
}

/// A waiting agent's connection has two buffers of 8 KiB, of which it uses a few hundred bytes. With huge
/// pages the rest takes memory as well: 21 KiB an agent were measured, and 14 without. The private Redis
/// inherits this, and does not want them either.
fn refuse_huge_pages() {
    if let Err(error) = disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "transparent huge pages stay as they are");
    }
}
