//! `waggle swarm export` and `waggle swarm import`.

use serde_json::Value;
use waggle_tests::{in_a_swarm, task};

use crate::program::client;

#[test]
fn a_swarm_goes_into_a_file_and_back_into_another_swarm() {
    in_a_swarm(async |w| {
        w.submit_many((0..3).map(|n| task().payload(n))).await;
        let export = client(&w, &["swarm", "export", w.swarm(), "--output", "swarm.ndjson"]).start();
        let directory = export.directory.clone();
        let ended = export.ended().await;
        assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
        let text = std::fs::read_to_string(directory.join("swarm.ndjson")).unwrap();
        assert!(!directory.join("swarm.ndjson.part").exists());

        let other = w.beside(&format!("{}-b", w.swarm()));
        let import = client(&w, &["swarm", "import", other.swarm(), "in.ndjson"]).file("in.ndjson", &text);
        assert_eq!(import.json().await["restored"]["tasks"], 3);
        assert_eq!(other.list("ready").await.len(), 3);
        assert!(w.service().audit(other.swarm()).await.is_empty());
    });
}

#[test]
fn a_swarm_goes_through_a_pipe() {
    in_a_swarm(async |w| {
        w.submit(task()).await;
        let text = client(&w, &["swarm", "export"]).ok().await;
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(last["end"]["counts"]["tasks"], 1);
        let other = w.beside(&format!("{}-b", w.swarm()));
        client(&w, &["swarm", "import", other.swarm()]).input(&text).json().await;
        assert_eq!(other.list("ready").await.len(), 1);
    });
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_line_and_status_1() {
    in_a_swarm(async |w| {
        let name = format!("{}-b", w.swarm());
        let ended = client(&w, &["swarm", "import", &name]).input("{}\n").run().await;
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
        assert!(
            ended.stderr.contains("broken_snapshot") && ended.stderr.contains("line 1"),
            "{}",
            ended.stderr
        );
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    });
}

#[test]
fn an_import_leaves_what_is_said_of_a_swarm_that_it_cannot_be_restored_into() {
    in_a_swarm(async |w| {
        let text = client(&w, &["swarm", "export"]).ok().await;
        w.put("").json(serde_json::json!({"objective": "mine"})).send().await.ok();
        w.submit(task()).await;
        let ended = client(&w, &["swarm", "import", w.swarm()]).input(&text).run().await;
        assert!(ended.status == 1 && ended.stderr.contains("swarm_not_empty"), "{}", ended.stderr);
        assert_eq!(w.get("").send().await.ok()["objective"], "mine");
    });
}

#[test]
fn an_export_of_no_swarm_leaves_no_file() {
    in_a_swarm(async |w| {
        let export = client(&w, &["swarm", "export", "no-such-swarm", "--output", "out"]).start();
        let directory = export.directory.clone();
        let ended = export.ended().await;
        assert!(ended.status == 1 && ended.stderr.contains("swarm_not_found"), "{}", ended.stderr);
        assert_eq!(std::fs::read_dir(directory).unwrap().count(), 0);
        let ended = client(&w, &["swarm", "import", "x", "no-such-file"]).run().await;
        assert!(ended.status == 1 && ended.stderr.contains("no-such-file"), "{}", ended.stderr);
    });
}
