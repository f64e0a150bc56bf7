//! `waggle perf`.

use serde_json::{Value, json};
use waggle_tests::{PATIENCE, Service, Setup, in_a_swarm, in_a_swarm_of, task, until_some};

use crate::program::{client, program};

/// The row of a table that begins with a name.
fn row<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.into_iter().find(|row| row.first() == Some(&name)).unwrap_or_else(|| panic!("no {name} in\n{table}"))
}

#[test]
fn a_person_gets_a_table_and_a_program_the_same_as_json() {
    in_a_swarm_of(&Service::start(Setup::private()), async |w| {
        w.submit_many((0..30).map(|number| task().payload(number))).await;
        let table = client(&w, &["perf"]).ok().await;
        let report: Value = client(&w, &["perf", "--json"]).json().await;
        let submit = &report["latency"]["submit"];
        assert_eq!(row(&table, "submit")[1], "30", "{table}");
        assert_eq!(submit["count"], 30);
        assert_eq!(row(&table, "complete")[1..], ["0", "-", "-", "-", "-", "-", "-"]);
        for target in report["targets"].as_array().unwrap() {
            let name = target["name"].as_str().unwrap();
            assert_eq!(row(&table, name)[1], target["verdict"].as_str().unwrap(), "{table}");
        }
        assert!(table.starts_with("Waggle, this server, the last 1 min before 2"), "{table}");
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    });
}

#[test]
fn the_window_and_whom_it_speaks_of_may_be_chosen() {
    in_a_swarm(async |w| {
        let flags = ["perf", "--window-ms", "300000", "--scope", "fleet"];
        let table = client(&w, &flags).ok().await;
        assert!(table.starts_with("Waggle, fleet of ") && table.contains("the last 5 min"), "{table}");
        let report = client(&w, &[&flags[..], &["--json"]].concat()).json().await;
        assert_eq!((&report["window_ms"], &report["scope"]), (&json!(300_000), &json!("fleet")));
    });
}

#[test]
fn the_history_is_a_sample_a_line() {
    let quick = Setup::private().set("WAGGLE_PERF__REFRESH_MS", "500");
    let service = Service::start(quick);
    in_a_swarm_of(&service, async |w| {
        let samples = until_some("two samples are there", PATIENCE, async || {
            let samples = client(&w, &["perf", "history"]).run().await.lines();
            (samples.len() >= 2).then_some(samples)
        })
        .await;
        let (first, last) = (samples[0]["at"].as_str().unwrap(), samples[1]["at"].as_str().unwrap());
        assert!(first < last, "{samples:?}");
        let between = ["perf", "history", "--from", first, "--to", last];
        assert_eq!(client(&w, &between).run().await.lines(), samples[..2]);
        let fewer = client(&w, &[&between[..], &["--points", "1"]].concat()).run().await.lines();
        assert_eq!(fewer.len(), 1);
        let refused = client(&w, &["perf", "history", "--from", last, "--to", first]).run().await;
        assert!(refused.complaint(1).contains("/from"), "{refused:?}");
    });
}

#[test]
fn alerts_are_told_as_the_service_tells_them() {
    in_a_swarm(async |w| {
        let alerts = client(&w, &["perf", "alerts"]).json().await;
        assert!(alerts["active"].is_array() && alerts["history"].is_array(), "{alerts}");
    });
}

#[test]
fn a_service_that_is_not_there_is_named() {
    in_a_swarm(async |_| {
        for command in [&["perf"][..], &["perf", "history"], &["perf", "alerts"]] {
            let ended = program(&[command, &["--url", "http://127.0.0.1:9"]].concat()).run().await;
            assert!(ended.complaint(1).contains("http://127.0.0.1:9 cannot be reached"), "{ended:?}");
        }
    });
}
