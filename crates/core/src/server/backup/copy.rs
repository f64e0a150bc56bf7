use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::BackupError;
use super::manifest::{self, Manifest};

/// Redis writes its files anew when they have doubled: seldom while they are copied, and hardly ever this often.
const ATTEMPTS: usize = 5;
/// Bytes between two words about how far it has come.
const PIECE: u64 = 8 << 20;
/// As the data directory itself.
const DIRECTORY_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const APPEND_ONLY: &str = "appendonlydir";

/// The file that every data directory of a private Redis has once data was written to it.
pub fn manifest_of(data_dir: &Path) -> PathBuf {
    data_dir.join(APPEND_ONLY).join(manifest::NAME)
}

/// Copies the data in the data directory `from` into the new directory `to`, which is a data directory then, and tells
/// `progress` how many bytes have come since it was told last; returns how many there are.
///
/// All that was acknowledged when the copy began is in it, as far as Redis had written it; the copy is on the disk when it
/// has its name. Nothing is changed in `from`, which a service may be using.
///
/// # Errors
/// [`BackupError`]; `to` is not there then.
pub fn backup(from: &Path, to: &Path, mut progress: impl FnMut(u64)) -> Result<u64, BackupError> {
    let source = from.join(APPEND_ONLY);
    if !manifest_of(from).is_file() {
        return Err(BackupError::NoData { path: from.to_owned() });
    }
    if to.read_dir().map_or_else(|_| to.exists(), |mut entries| entries.next().is_some()) {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let part = part_of(to);
    DirBuilder::new()
        .mode(DIRECTORY_MODE)
        .recursive(true)
        .create(parent_of(to))
        .map_err(of(parent_of(to)))?;
    // Nobody else's: an error here leaves alone what is there.
    DirBuilder::new().mode(DIRECTORY_MODE).create(&part).map_err(of(&part))?;
    let copied = copy_stable(&source, &part, &mut progress).and_then(|bytes| {
        fs::rename(&part, to).and_then(|()| File::open(parent_of(to))?.sync_all()).map_err(of(to))?;
        Ok(bytes)
    });
    if copied.is_err() {
        // The error that is told is the first one.
        let _left = fs::remove_dir_all(&part);
    }
    copied
}

fn copy_stable(source: &Path, part: &Path, progress: &mut impl FnMut(u64)) -> Result<u64, BackupError> {
    for _ in 0..ATTEMPTS {
        if let Some(bytes) = copy_once(source, part, progress)? {
            return Ok(bytes);
        }
    }
    Err(BackupError::Moving { attempts: ATTEMPTS })
}

/// Nothing where Redis wrote its files anew meanwhile.
fn copy_once(source: &Path, part: &Path, progress: &mut impl FnMut(u64)) -> Result<Option<u64>, BackupError> {
    let target = part.join(APPEND_ONLY);
    make_anew(&target).map_err(of(&target))?;
    let path = source.join(manifest::NAME);
    let before = fs::read_to_string(&path).map_err(of(&path))?;
    let manifest = Manifest::parse(&path, &before)?;
    let mut bytes = 0;
    for name in manifest.files() {
        match copy_file(&source.join(name), &target.join(name), progress) {
            Ok(copied) => bytes += copied,
            Err(BackupError::File { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
    if fs::read_to_string(&path).map_err(of(&path))? != before {
        return Ok(None);
    }
    let own = target.join(manifest::NAME);
    write(&own, &mut manifest.to_text().as_bytes(), u64::MAX, &mut |_| {}).map_err(of(&own))?;
    for directory in [&target, part] {
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(of(directory))?;
    }
    Ok(Some(bytes))
}

fn make_anew(target: &Path) -> io::Result<()> {
    if target.exists() {
        fs::remove_dir_all(target)?;
    }
    DirBuilder::new().mode(DIRECTORY_MODE).create(target)
}

/// As much as there is now: the file may grow for ever.
fn copy_file(from: &Path, to: &Path, progress: &mut impl FnMut(u64)) -> Result<u64, BackupError> {
    let mut source = File::open(from).map_err(of(from))?;
    let length = source.metadata().map_err(of(from))?.len();
    write(to, &mut source, length, progress).map_err(of(to))
}

fn write(
    path: &Path,
    from: &mut impl io::Read,
    most: u64,
    progress: &mut impl FnMut(u64),
) -> io::Result<u64> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    let mut written = 0;
    loop {
        let piece = io::copy(&mut from.take(PIECE.min(most - written)), &mut file)?;
        if piece == 0 {
            file.sync_all()?;
            return Ok(written);
        }
        written += piece;
        progress(piece);
    }
}

/// Beside it, so that a rename is all that is left to do; of this process alone.
fn part_of(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(format!(".part-{}", std::process::id()));
    to.with_file_name(name)
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn of(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    |error| BackupError::File { path: path.to_owned(), error }
}
