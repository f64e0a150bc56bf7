use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::manifest::Manifest;
use super::{BackupError, backup};

const MANIFEST: &str = "file appendonly.aof.2.base.rdb seq 2 type b\n\
    file appendonly.aof.1.incr.aof seq 1 type h\n\
    file appendonly.aof.2.incr.aof seq 2 type i\n\
    file appendonly.aof.3.incr.aof seq 3 type i\n";
const BASE: &str = "appendonly.aof.2.base.rdb";
const CLOSED: &str = "appendonly.aof.2.incr.aof";
const OPEN: &str = "appendonly.aof.3.incr.aof";

fn data(directory: &Path) -> std::path::PathBuf {
    let from = directory.join("data");
    let files = from.join("appendonlydir");
    fs::create_dir_all(&files).unwrap();
    fs::write(files.join("appendonly.aof.manifest"), MANIFEST).unwrap();
    for (name, text) in [(BASE, "base"), (CLOSED, "closed"), (OPEN, "open")] {
        fs::write(files.join(name), text).unwrap();
    }
    from
}

/// What was begun and is not there whole.
fn parts(directory: &Path) -> Vec<String> {
    let names =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".part-")).collect()
}

#[test]
fn what_the_manifest_names_is_copied_for_our_eyes_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (data(directory.path()), directory.path().join("copy"));
    let mut told = 0;
    assert_eq!(backup(&from, &to, |bytes| told += bytes).unwrap(), 14);
    assert_eq!(told, 14);
    let files = to.join("appendonlydir");
    for (name, text) in [(BASE, "base"), (CLOSED, "closed"), (OPEN, "open")] {
        assert_eq!(fs::read_to_string(files.join(name)).unwrap(), text);
    }
    let manifest = fs::read_to_string(files.join("appendonly.aof.manifest")).unwrap();
    assert_eq!(manifest.lines().count(), 3, "what Redis is about to delete is left out: {manifest}");
    assert_eq!(to.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(files.join(OPEN).metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(parts(directory.path()).is_empty());
}

#[test]
fn files_that_redis_writes_anew_meanwhile_are_copied_again() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (data(directory.path()), directory.path().join("copy"));
    let files = from.join("appendonlydir");
    let mut rewritten = false;
    backup(&from, &to, |_| {
        if !std::mem::replace(&mut rewritten, true) {
            fs::write(files.join("appendonly.aof.3.base.rdb"), "all").unwrap();
            let new = "file appendonly.aof.3.base.rdb seq 3 type b\n\
                file appendonly.aof.3.incr.aof seq 3 type i\n";
            fs::write(files.join("appendonly.aof.manifest"), new).unwrap();
            fs::remove_file(files.join(CLOSED)).unwrap();
        }
    })
    .unwrap();
    let copied = |name: &str| fs::read_to_string(to.join("appendonlydir").join(name)).ok();
    assert_eq!(copied("appendonly.aof.3.base.rdb").as_deref(), Some("all"));
    assert_eq!((copied(BASE), copied(OPEN).as_deref()), (None, Some("open")));
}

#[test]
fn files_that_never_rest_are_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (data(directory.path()), directory.path().join("copy"));
    let manifest = from.join("appendonlydir/appendonly.aof.manifest");
    let mut seq = 3;
    let given_up = backup(&from, &to, |_| {
        seq += 1;
        fs::write(&manifest, MANIFEST.replace("seq 3", &format!("seq {seq}"))).unwrap();
    });
    assert!(matches!(given_up, Err(BackupError::Moving { attempts: 5 })), "{given_up:?}");
    assert!(!to.exists() && parts(directory.path()).is_empty());
}

#[test]
fn nothing_is_overwritten_and_nothing_is_made_up() {
    let directory = tempfile::tempdir().unwrap();
    let from = data(directory.path());
    let taken = directory.path().join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("file"), "mine").unwrap();
    assert!(matches!(backup(&from, &taken, |_| {}), Err(BackupError::Exists { .. })));
    assert!(matches!(backup(&from, &taken.join("file"), |_| {}), Err(BackupError::Exists { .. })));
    let nowhere = directory.path().join("nowhere");
    assert!(matches!(backup(&nowhere, &nowhere.join("copy"), |_| {}), Err(BackupError::NoData { .. })));
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).unwrap();
    backup(&from, &empty, |_| {}).unwrap();
}

#[test]
fn what_somebody_else_has_begun_beside_it_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (data(directory.path()), directory.path().join("copy"));
    let begun = directory.path().join(format!("copy.part-{}", std::process::id()));
    fs::create_dir(&begun).unwrap();
    fs::write(begun.join("file"), "mine").unwrap();
    assert!(matches!(backup(&from, &to, |_| {}), Err(BackupError::File { .. })));
    assert_eq!(fs::read_to_string(begun.join("file")).unwrap(), "mine");
}

#[test]
fn a_manifest_that_names_other_places_is_refused() {
    for line in ["", "file ../secret seq 1 type b", "file .x seq 1 type i", "file a seq 1 type z", "junk"] {
        assert!(Manifest::parse(Path::new("m"), line).is_err(), "{line}");
    }
}
