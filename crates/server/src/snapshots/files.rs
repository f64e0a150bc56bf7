//! The files of one swarm: `<UTC stamp>.ndjson`, so that their names sort by their time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use waggle_task_queue::model::Stamp;

const ENDING: &str = "ndjson";
/// The ending of a file that is not complete.
const PART: &str = "part";
/// A part that nobody has written to for so long belongs to nobody any more.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// The name of a snapshot that was begun at `stamp`, such as `20261123T022320.123Z.ndjson`.
pub(super) fn name(stamp: Stamp) -> String {
    let text: String = stamp.to_text().chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{text}.{ENDING}")
}

/// The name under which one process writes a snapshot until it is complete.
pub(super) fn part_name(stamp: Stamp) -> String {
    format!("{}.{}.{PART}", name(stamp), std::process::id())
}

/// Complete snapshots, the oldest first.
pub(super) fn complete(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in entries(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            found.push(path);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// How long ago the newest snapshot was completed; absent where there is none.
pub(super) fn age(directory: &Path) -> io::Result<Option<Duration>> {
    let Some(newest) = complete(directory)?.pop() else { return Ok(None) };
    Ok(Some(since(&newest)?))
}

/// Removes all but the `keep` newest snapshots, and parts that were left behind.
pub(super) fn tidy(directory: &Path, keep: usize) -> io::Result<()> {
    let mut old = complete(directory)?;
    old.truncate(old.len().saturating_sub(keep));
    for entry in entries(directory)? {
        let path = entry?.path();
        let is_part = path.extension().is_some_and(|ending| ending == PART);
        if is_part && since(&path).is_ok_and(|age| age > ABANDONED) {
            old.push(path);
        }
    }
    old.iter().try_for_each(|path| gone(fs::remove_file(path)))
}

fn entries(directory: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(directory) {
        Ok(entries) => Ok(Some(entries).into_iter().flatten()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        Err(error) => Err(error),
    }
}

fn since(path: &Path) -> io::Result<Duration> {
    let modified = fs::metadata(path)?.modified()?;
    // A clock that was set back makes a file of the future: it counts as new.
    Ok(SystemTime::now().duration_since(modified).unwrap_or_default())
}

/// Another server on the same directory may have been faster.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_by_time_and_hold_nothing_that_a_file_system_minds() {
        let (earlier, later) = (name(Stamp(1_700_000_000_007)), name(Stamp(1_700_000_000_010)));
        assert_eq!(earlier, "20231114T221320.007Z.ndjson");
        assert!(earlier < later);
    }

    #[test]
    fn the_newest_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        for at in [3, 1, 2] {
            fs::write(directory.path().join(name(Stamp(at))), "").unwrap();
        }
        fs::write(directory.path().join(part_name(Stamp(0))), "").unwrap();
        tidy(directory.path(), 2).unwrap();
        let kept = complete(directory.path()).unwrap();
        assert_eq!(kept, [2, 3].map(|at| directory.path().join(name(Stamp(at)))));
        assert!(directory.path().join(part_name(Stamp(0))).exists(), "a part that is being written");
        assert_eq!(age(&directory.path().join("none")).unwrap(), None);
    }
}
