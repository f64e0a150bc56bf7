//! What the kernel says about a process: its threads' CPU time, its memory, its children, its socket.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// The kernel's clock ticks a second as programs see them, on every architecture that Linux runs on today.
pub(crate) const TICKS_PER_SECOND: u64 = 100;
const LISTENING: &str = "00010000";

/// CPU nanoseconds of each thread that lives, by thread id: exact where `stat` counts ticks of 10 ms.
/// Empty where the kernel keeps no such count.
pub(crate) fn thread_nanoseconds(pid: u32) -> anyhow::Result<HashMap<u32, u64>> {
    let threads =
        fs::read_dir(format!("/proc/{pid}/task")).with_context(|| format!("process {pid} is gone"))?;
    let spent = |thread: &Path| -> Option<(u32, u64)> {
        let text = fs::read_to_string(thread.join("schedstat")).ok()?;
        Some((thread.file_name()?.to_str()?.parse().ok()?, text.split_whitespace().next()?.parse().ok()?))
    };
    Ok(threads.flatten().filter_map(|entry| spent(&entry.path())).collect())
}

/// User and system ticks of a process with its ended threads, and those of its children that have ended.
pub(crate) fn ticks(pid: u32) -> anyhow::Result<(u64, u64)> {
    let fields = stat(pid).with_context(|| format!("process {pid} is gone"))?;
    let tick = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Ok((tick(11) + tick(12), tick(13) + tick(14)))
}

/// Resident memory in bytes, summed over the mappings: the counters in `statm` lag behind.
pub(crate) fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Rss:")).context("no Rss in smaps_rollup")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

/// The Redis or Valkey that a process has started.
pub(crate) fn redis_below(pid: u32) -> Option<u32> {
    let processes: Vec<u32> = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    processes.into_iter().find(|&candidate| is_redis(candidate) && descends_from(candidate, pid))
}

/// Whether a process runs Redis or Valkey: asked again before anything is sent to a remembered id.
pub(crate) fn is_redis(pid: u32) -> bool {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    matches!(name.trim(), "redis-server" | "valkey-server")
}

/// The unix socket on which a process listens, found by its open files, wherever it lies.
pub(crate) fn listening_socket(pid: u32) -> Option<PathBuf> {
    let inodes: Vec<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .ok()?
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    let table = fs::read_to_string(format!("/proc/{pid}/net/unix")).ok()?;
    let path = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ours = fields.get(3) == Some(&LISTENING) && inodes.iter().any(|inode| inode == fields[6]);
        ours.then(|| fields.get(7).map(PathBuf::from)).flatten()
    })?;
    let directory = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    Some(directory.join(path))
}

fn descends_from(mut pid: u32, ancestor: u32) -> bool {
    while pid > 1 {
        let Some(parent) = stat(pid).and_then(|fields| fields.get(1)?.parse().ok()) else { return false };
        if parent == ancestor {
            return true;
        }
        pid = parent;
    }
    false
}

/// The fields of `stat` behind the name, which may hold blanks itself: the first one is the state.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}
