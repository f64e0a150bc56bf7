use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use waggle_tests::{PATIENCE, Service, Setup, in_a_swarm_of, task, until, until_some};

use super::support::{assert_sound, empty, restore};

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn is_complete(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "ndjson")
}

#[test]
fn snapshots_are_written_by_themselves_and_old_ones_go() {
    let setup = Setup::private().set("WAGGLE_SNAPSHOTS__EVERY_MS", "1000").set("WAGGLE_SNAPSHOTS__KEEP", "2");
    let directory = setup.data_dir().join("snapshots");
    in_a_swarm_of(&Service::start(setup), async |w| {
        w.submit_many((0..5).map(|n| task().payload(n))).await;
        let own = directory.join(w.swarm());
        let first = until_some("a first snapshot", PATIENCE, async || {
            files(&own).into_iter().find(|path| is_complete(path))
        })
        .await;
        until("the first one is gone", PATIENCE, async || !first.exists()).await;
        until("one of the swarm default", PATIENCE, async || {
            files(&directory.join("default")).iter().any(|path| is_complete(path))
        })
        .await;
        let kept: Vec<_> = files(&own).into_iter().filter(|path| is_complete(path)).collect();
        assert!(kept.len() <= 3, "{kept:?}");
        let mode = std::fs::metadata(kept.last().unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "nobody else on the machine may read it");
        let newest = std::fs::read_to_string(kept.last().unwrap()).unwrap();
        let other = empty(&w).await;
        restore(&other, newest).await.ok();
        assert_eq!(other.list("ready").await.len(), 5);
        assert_sound(&other).await;
    });
}

#[test]
fn a_restart_does_not_write_before_the_time_has_come() {
    let setup = Setup::private().set("WAGGLE_SNAPSHOTS__EVERY_MS", "3600000");
    let directory = setup.data_dir().join("snapshots/default");
    let service = Service::start(setup);
    in_a_swarm_of(&service, async |w| {
        let written = async || files(&directory).iter().any(|path| is_complete(path));
        until("a first snapshot", PATIENCE, written).await;
        let before = files(&directory);
        w.service().terminate();
        w.service().ended();
        w.service().restart();
        let own = directory.with_file_name(w.swarm());
        // A swarm behind `default` in the round: when it has its first one, `default` has been looked at.
        let late = w.beside("zz-made-after-the-restart");
        late.put("").send().await.expect(201);
        until("the swarm's own", PATIENCE, async || files(&own).iter().any(|path| is_complete(path))).await;
        let late = directory.with_file_name(late.swarm());
        until("a later one", PATIENCE, async || files(&late).iter().any(|path| is_complete(path))).await;
        assert_eq!(files(&directory), before);
    });
}
