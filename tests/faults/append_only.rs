//! The append-only file of the private Redis is cut short or damaged while nothing runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use waggle_tests::{Service, Setup, in_a_swarm_of};

/// The file that Redis adds to.
fn file_in(data_dir: &Path) -> PathBuf {
    let entries = std::fs::read_dir(data_dir.join("appendonlydir")).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .find(|path| path.display().to_string().ends_with(".incr.aof"))
        .unwrap()
}

/// Ends the service, changes the bytes of the file, and returns its path and what is in it now.
fn change(service: &Service, change: impl FnOnce(&mut Vec<u8>)) -> (PathBuf, Vec<u8>) {
    service.terminate();
    service.ended();
    let path = file_in(&service.setup().data_dir());
    let mut bytes = std::fs::read(&path).unwrap();
    change(&mut bytes);
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

/// Fault: file-cut-short
#[test]
fn a_file_cut_short_costs_its_last_command_and_nothing_else() {
    let service = Service::start(Setup::private());
    in_a_swarm_of(&service, async |w| {
        for n in 0..10 {
            w.submit(json!({"payload": n})).await;
        }
        let cut = Arc::clone(&service);
        let again = move || {
            change(&cut, |bytes| bytes.truncate(bytes.len() - 7));
            cut.restart();
        };
        tokio::task::spawn_blocking(again).await.unwrap();
        w.until_it_works().await;
        // The last command of a service that stops is none of a task.
        assert!(w.pages("").await.len() >= 9, "more than the end is gone");
    });
}

/// Fault: file-damaged
#[test]
fn a_damaged_file_is_named_with_the_remedy_and_nobody_repairs_it() {
    let service = Service::start(Setup::private());
    in_a_swarm_of(&service, async |w| {
        for n in 0..10 {
            w.submit(json!({"payload": format!("payload-{n}")})).await;
        }
        let damaged = Arc::clone(&service);
        let refused = move || {
            let mut whole = Vec::new();
            let (path, bytes) = change(&damaged, |bytes| {
                whole.clone_from(bytes);
                let middle = bytes.windows(9).position(|part| part == b"payload-5").unwrap();
                let length = bytes[..middle].iter().rposition(|&byte| byte == b'$').unwrap();
                bytes[length] = b'!';
            });
            let ended =
                Service::try_start(damaged.setup().clone(), "127.0.0.1:0").expect_err("it is refused");
            assert_eq!(ended.status.code(), Some(2), "{ended:?}");
            for part in ["redis-check-aof", "appendonlydir"] {
                assert!(ended.stderr.contains(part), "{}", ended.stderr);
            }
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "somebody repaired it");
            std::fs::write(&path, whole).unwrap();
            damaged.restart();
        };
        tokio::task::spawn_blocking(refused).await.unwrap();
        assert_eq!(w.pages("").await.len(), 10);
    });
}
