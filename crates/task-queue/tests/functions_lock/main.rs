//! A released function library never changes: `migrations/functions.lock` holds the digest of each.

mod lock;

use std::path::PathBuf;

use lock::Lock;
use waggle_task_queue::{VERSION, library};

/// Set to anything, it makes the test below write the lock instead of comparing with it.
const REWRITE: &str = "WAGGLE_REWRITE_LOCK";

#[test]
fn the_source_of_a_function_library_changes_with_its_version_only() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../migrations/functions.lock");
    let mut lock = Lock::parse(&std::fs::read_to_string(&path).unwrap_or_default()).unwrap();
    let digest = library().digest();
    if std::env::var_os(REWRITE).is_some() {
        lock.rewrite(VERSION, &digest).unwrap();
        std::fs::write(&path, lock.to_string()).unwrap();
    }
    if let Err(remedy) = lock.check(VERSION, &digest) {
        panic!("{remedy}");
    }
}
