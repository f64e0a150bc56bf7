//! A broken file changes nothing.

use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{body_of, empty, export, furnish, lines_of, restore, sealed};

/// Refused at this line, and the swarm is as empty as before.
async fn assert_broken(other: &World, snapshot: &str, line: usize, what: &str) {
    let problem = restore(other, snapshot).await.problem(422, "broken_snapshot");
    assert_eq!(problem["line"], line, "{what}: {problem}");
    let counts = lines_of(&export(other).await, "end")[0]["counts"].clone();
    assert!(counts.as_object().unwrap().values().all(|count| *count == 0), "{what}: {counts}");
}

/// The first line of a kind, from 1.
fn line_of(lines: &[String], kind: &str) -> usize {
    lines.iter().position(|line| line.starts_with(&format!("{{\"{kind}\""))).unwrap() + 1
}

/// A snapshot, its seal right, in which the first line of `kind` was changed.
fn changed(lines: &[String], kind: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut lines = lines.to_vec();
    let at = line_of(&lines, kind);
    let line = &mut lines[at - 1];
    let mut value: Value = serde_json::from_str(line).unwrap();
    change(&mut value[kind]);
    *line = value.to_string();
    sealed(&lines)
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        let lines: Vec<&str> = snapshot.lines().collect();
        assert_broken(&other, "", 1, "nothing").await;
        assert_broken(&other, "\n", 1, "an empty line").await;
        for keep in [1, lines.len() / 2, lines.len() - 1] {
            assert_broken(&other, &format!("{}\n", lines[..keep].join("\n")), keep + 1, "whole lines").await;
        }
        let end = snapshot.len();
        assert_broken(&other, &snapshot[..end - 10], lines.len(), "in its last line").await;
        let (first, _) = snapshot.split_at(lines[0].len() / 2);
        assert_broken(&other, first, 1, "in its first line").await;
        restore(&other, snapshot.trim_end()).await.ok();
    });
}

#[test]
fn a_file_that_was_changed_is_refused() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        let lines = body_of(&snapshot);
        let (end, count) = (lines.len() + 1, snapshot.lines().count());
        assert_broken(&other, &snapshot.replacen("found", "fuond", 1), count, "a byte").await;
        assert_broken(&other, &snapshot.replace('\n', "\r\n"), count, "line ends").await;
        let digest = &lines_of(&snapshot, "end")[0]["digest"];
        let flipped = digest.as_str().unwrap().chars().rev().collect::<String>();
        assert_broken(&other, &snapshot.replace(digest.as_str().unwrap(), &flipped), end, "the digest").await;
        assert_broken(&other, &format!("{snapshot}{{}}\n"), end + 1, "a line behind the end").await;
        let mut fewer = snapshot.lines().collect::<Vec<_>>();
        fewer.remove(end - 2);
        assert_broken(&other, &format!("{}\n", fewer.join("\n")), end - 1, "a line is missing").await;
    });
}

#[test]
fn a_file_of_another_version_or_of_something_else_is_refused() {
    in_a_swarm(async |w| {
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        let lines = body_of(&snapshot);
        let first = |text: &str| sealed(&[&[text.to_owned()], &lines[1..]].concat());
        let version = lines[0].replace("\"waggle_snapshot\":1", "\"waggle_snapshot\":2");
        let problem = restore(&other, first(&version)).await.problem(422, "broken_snapshot");
        assert!(problem["detail"].as_str().unwrap().contains("version 2"), "{problem}");
        for text in ["[1]", "{}", "null", "not json", "{\"waggle_snapshot\":\"1\"}", "\u{feff}{}"] {
            assert_broken(&other, &first(text), 1, text).await;
        }
        let unknown = lines[0].replacen('{', "{\"colour\":\"blue\",", 1);
        assert_broken(&other, &first(&unknown), 1, "an unknown field").await;
        let long = lines[0].replace(w.swarm(), &"x".repeat(10_000));
        assert_broken(&other, &first(&long), 1, "a name of 10 kB").await;
    });
}

#[test]
fn a_record_that_cannot_be_is_refused_at_its_line() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        let lines = body_of(&snapshot);
        let long = "x".repeat(10_000);
        let deep: Value = (0..65).fold(json!(1), |inner, _| json!([inner]));
        for (kind, field, value) in [
            ("task", "colour", json!("blue")),
            ("task", "status", json!("blocked")),
            ("task", "status", json!("sleeping")),
            ("task", "id", json!("not-an-id")),
            ("task", "queue", json!(long)),
            ("task", "queue", json!("a}:b")),
            ("task", "priority", json!(10)),
            ("task", "max_attempts", json!(0)),
            ("task", "attempt", json!(2_000)),
            ("task", "fence", json!(-1)),
            ("task", "created_at", json!("yesterday")),
            ("task", "created_at", json!("-000001-01-01T00:00:00Z")),
            ("task", "payload", deep),
            ("task", "requires", json!(["a b"])),
            ("agent", "name", json!(long)),
            ("agent", "capacity", json!(0)),
            ("agent", "last_seq", json!(0)),
            ("agent", "ttl_ms", json!(1)),
            ("agent", "metadata", json!([])),
            ("former", "name", json!("")),
            ("message", "to", json!({})),
            ("message", "id", json!("01a205aa-cb6a-75fc-94de-ef603ee1f01a")),
            ("inbox", "seq", json!(0)),
            ("inbox", "message", json!("01a205aa-cb6a-75fc-94de-ef603ee1f01a")),
            ("deleted", "version", json!(0)),
            ("state", "key", json!("a\tb")),
            ("state", "key", json!("")),
            ("state", "version", json!(1e3)),
            ("state", "version", json!(u64::MAX)),
            ("state", "value", json!("x".repeat(1_100_000))),
        ] {
            let text = changed(&lines, kind, |record| record[field] = value.clone());
            // What an agent's line says may be contradicted by its first message; a message's id by its entry.
            let below = match (kind, field) {
                ("agent", "last_seq") => line_of(&lines, "inbox"),
                ("message", "id") => line_of(&lines, "message") + 1,
                _ => line_of(&lines, kind),
            };
            assert_broken(&other, &text, below, &format!("{kind} {field}")).await;
        }
        let array = lines[line_of(&lines, "state") - 1].replace(r#"{"state":{"#, r#"{"state":["#);
        let mut wrong = lines.clone();
        wrong[line_of(&lines, "state") - 1] = array;
        assert_broken(&other, &format!("{}\n", wrong.join("\n")), line_of(&lines, "state"), "an array").await;
        restore(&other, snapshot).await.ok();
    });
}

#[test]
fn lines_that_come_twice_or_in_another_order_are_refused() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        let lines = body_of(&snapshot);
        for kind in ["agent", "message", "inbox", "deleted", "state", "state_version"] {
            let at = line_of(&lines, kind);
            let mut twice = lines.clone();
            twice.insert(at, lines[at - 1].clone());
            assert_broken(&other, &sealed(&twice), at + 1, kind).await;
        }
        let mut moved = lines.clone();
        let task = moved.pop().unwrap();
        let before = line_of(&lines, "state");
        moved.insert(before - 1, task);
        assert_broken(&other, &sealed(&moved), before + 1, "a task before the state").await;
        let mut alone = lines.clone();
        alone.remove(line_of(&lines, "inbox") - 1);
        assert_broken(&other, &sealed(&alone), line_of(&lines, "inbox"), "a message in no inbox").await;
        let mut unsaid = lines.clone();
        unsaid.remove(line_of(&lines, "state_version") - 1);
        assert_broken(&other, &sealed(&unsaid), lines.len(), "no last version").await;
    });
}

#[test]
fn a_task_that_was_met_twice_is_restored_once() {
    in_a_swarm(async |w| {
        furnish(&w).await;
        let (snapshot, other) = (export(&w).await, empty(&w).await);
        let lines = body_of(&snapshot);
        let tasks: Vec<String> = lines.iter().filter(|line| line.starts_with("{\"task\"")).cloned().collect();
        restore(&other, sealed(&[lines, tasks.clone()].concat())).await.ok();
        assert_eq!(other.pages("limit=500").await.len(), tasks.len());
        super::support::assert_sound(&other).await;
    });
}
