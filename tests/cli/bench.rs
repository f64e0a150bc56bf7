//! `waggle bench`.

use std::path::Path;

use serde_json::Value;
use waggle_tests::{in_a_swarm, waggle};

use crate::program::{Ended, program};

/// As little as there can be: what comes of it says nothing, but that it came.
const TINY: [&str; 8] = ["bench", "--only", "settlements", "--rounds", "1", "--operations", "100", "--dir=."];

async fn measured(flags: &[&str]) -> (Ended, std::path::PathBuf) {
    let running = program(&[&TINY, flags].concat()).start();
    let directory = running.directory.clone();
    let ended = running.ended().await;
    assert_eq!(ended.status, 0, "{ended:?}");
    (ended, directory)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()).collect()
}

#[test]
fn a_figure_is_measured_written_and_shown_again_and_nothing_else_is_left() {
    in_a_swarm(async |_| {
        let (ended, directory) = measured(&["--json", "bench.json"]).await;
        assert!(ended.stdout.contains("| settlements: lifecycle"), "{ended:?}");
        assert!(ended.stderr.contains("round 1 of 1"), "progress: {ended:?}");
        assert_eq!(names(&directory), ["bench.json"]);

        let json = std::fs::read_to_string(directory.join("bench.json")).unwrap();
        let run: Value = serde_json::from_str(&json).unwrap();
        let figure = &run["figures"][0];
        assert_eq!((&figure["bench"], &figure["unit"]), (&"settlements".into(), &"µs CPU".into()));
        assert!(figure["value"].as_f64().unwrap() > 0.0 && figure["samples"].as_array().unwrap().len() == 1);
        assert!(run["machine"]["redis"].as_str().unwrap().contains('.'), "{run}");

        let shown = program(&["bench", "--render", "bench.json"]).file("bench.json", &json).ok().await;
        assert_eq!(shown, ended.stdout);
    });
}

#[test]
fn two_builds_are_measured_in_turn_and_their_ratio_is_told() {
    in_a_swarm(async |_| {
        let (ended, _) = measured(&["--against", waggle().to_str().unwrap()]).await;
        assert!(ended.stderr.contains("turn 1 of 1"), "{ended:?}");
        for line in ["lifecycle of submit and settlement ", "lifecycle of submit and settlement: throughput "]
        {
            let row = ended.stdout.lines().find(|row| row.contains(line)).unwrap();
            assert!(row.contains("times the other's"), "{row}");
        }
    });
}

#[test]
fn a_document_gets_the_figures_between_its_marks() {
    in_a_swarm(async |_| {
        let (_, directory) = measured(&["--json", "bench.json"]).await;
        let json = std::fs::read_to_string(directory.join("bench.json")).unwrap();
        let document = "# Ours\n\n<!-- figures: settlements -->\n<!-- end -->\n\nOurs too.\n";
        let running = program(&["bench", "--render", "bench.json", "--into", "ours.md"])
            .file("bench.json", &json)
            .file("ours.md", document)
            .start();
        let written = running.directory.join("ours.md");
        let ended = running.ended().await;
        assert_eq!((ended.status, ended.stdout.as_str()), (0, ""), "{ended:?}");
        let written = std::fs::read_to_string(written).unwrap();
        assert!(written.starts_with("# Ours\n\n") && written.ends_with("\n\nOurs too.\n"), "{written}");
        assert!(written.contains("waggle bench --only settlements\n"), "{written}");
        assert!(written.contains("| settlements: lifecycle"), "{written}");
    });
}

#[test]
fn what_cannot_be_measured_ends_with_a_sentence() {
    in_a_swarm(async |_| {
        let ended = program(&[&TINY[..], &["--waggle", "/no/such/waggle"]].concat()).run().await;
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(ended.stderr.contains("there is no /no/such/waggle"), "{ended:?}");
    });
}
