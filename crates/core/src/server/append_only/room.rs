//! Room on the disk for writing everything anew.

use std::io;
use std::path::Path;

use super::info::Info;

/// For directory entries, the manifest, and the blocks that are not full.
const SMALL_CHANGE: u64 = 64 << 10;

/// Bytes that are there, and those that are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) needed: u64,
    pub(super) free: u64,
}

/// Bytes that this process may still write; takes as long as the disk.
pub(super) fn free(directory: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(directory)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The new file is no larger than the memory that the data takes, and no larger than the present files, which hold at least
/// the same data as commands. What comes in meanwhile goes to the disk, too: an eighth more.
pub(super) fn needed(info: &Info) -> u64 {
    let memory = info.number("used_memory").zip(info.number("used_memory_startup"));
    let memory = memory.map(|(now, empty)| now.saturating_sub(empty));
    let size = [memory, info.number("aof_current_size")].into_iter().flatten().min().unwrap_or(0);
    size.saturating_add(size / 8).saturating_add(SMALL_CHANGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_room_is_needed_as_the_smaller_of_memory_and_files_and_an_eighth_more() {
        let info = |memory: u64, files: u64| {
            let lines =
                format!("used_memory:{memory}\r\nused_memory_startup:1000\r\naof_current_size:{files}");
            needed(&Info::from(&*lines))
        };
        assert_eq!(info(9_000, 16_000), 9_000 + SMALL_CHANGE);
        assert_eq!(info(9_000, 800), 900 + SMALL_CHANGE);
        assert_eq!(info(0, 800), SMALL_CHANGE);
    }
}
