//! What is exported and what docs/metrics.md says are the same.

use std::collections::{BTreeMap, BTreeSet};

use waggle_tests::{on_a_service, root};

use crate::exposition::Exposition;
use crate::promtool::promtool;
use crate::work::{assign, work};

/// Type and labels of each metric, by its name.
type Table = BTreeMap<String, (String, BTreeSet<String>)>;

/// The rows of the tables of docs/metrics.md.
pub(crate) fn documented() -> Table {
    let text = std::fs::read_to_string(root().join("docs/metrics.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let mut cells = row.split('|').map(str::trim);
        let name = cells.next().unwrap().trim_end_matches('`').to_owned();
        let kind = cells.next().unwrap().to_owned();
        let labels = cells.next().unwrap().split(',').map(|label| label.trim().trim_matches('`').to_owned());
        (name, (kind, labels.filter(|label| !label.is_empty()).collect()))
    })
    .collect()
}

#[test]
fn the_documented_metrics_are_those_that_are_exported_with_their_types_and_labels() {
    on_a_service(async |w| {
        work(&w).await;
        let exposition = Exposition::of(w.client()).await;
        let exported: Table = exposition
            .metrics
            .iter()
            .map(|(name, metric)| (name.clone(), (metric.kind.clone(), metric.labels())))
            .collect();
        assert_eq!(exported, documented());
    });
}

#[test]
fn every_metric_says_what_it_is_and_is_named_after_its_base_unit() {
    on_a_service(async |w| {
        work(&w).await;
        for (name, metric) in Exposition::of(w.client()).await.metrics {
            assert!(metric.help.len() > 8 && !metric.help.ends_with('.'), "{name}: {}", metric.help);
            assert!(!metric.samples.is_empty(), "{name}");
            let is_total = name.ends_with("_total");
            assert_eq!(metric.kind == "counter", is_total, "{name} is a {}", metric.kind);
            let other_units = ["ms", "millis", "us", "minutes", "kb", "mib", "percent"];
            assert!(!name.split('_').any(|word| other_units.contains(&word)), "{name}");
            let is_measured = ["_seconds", "_size"].iter().any(|unit| name.ends_with(unit));
            assert!(metric.kind != "histogram" || is_measured, "{name}");
        }
    });
}

#[test]
fn promtool_finds_nothing_to_say_after_real_work() {
    on_a_service(async |w| {
        work(&w).await;
        assign(&w, 3).await;
        let text = Exposition::of(w.client()).await.text;
        assert_eq!(promtool(&["check", "metrics"], &text), "");
    });
}
