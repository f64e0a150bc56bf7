//! `deploy/prometheus`: valid, tested, and made of what is exported.

use std::collections::BTreeSet;

use waggle_server::perf::alert::AlertName;
use waggle_tests::root;

use crate::documented::documented;
use crate::promtool::promtool;
use crate::query::{labels, metrics};

const RULES: &str = "deploy/prometheus/waggle.rules.yml";
/// What Prometheus adds by itself.
const ADDED_LABELS: [&str; 3] = ["job", "instance", "le"];

/// Looks up every metric and every label that an expression names; `recorded` are those of recording rules.
pub(crate) fn assert_names_what_is_exported(expression: &str, recorded: &[String]) {
    let documented = documented();
    let mut known: BTreeSet<_> = ADDED_LABELS.map(str::to_owned).into();
    for name in metrics(expression).iter().filter(|name| *name != "up" && !recorded.contains(name)) {
        let base = ["_bucket", "_sum", "_count"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
        let histogram = base.and_then(|base| documented.get(base)).filter(|(kind, _)| kind == "histogram");
        let metric = histogram.or_else(|| documented.get(name).filter(|(kind, _)| kind != "histogram"));
        let (_, labels) = metric.unwrap_or_else(|| panic!("{name} is not exported, in {expression}"));
        known.extend(labels.iter().cloned());
    }
    let unknown: Vec<_> = labels(expression).difference(&known).cloned().collect();
    assert!(unknown.is_empty(), "no label {unknown:?} in {expression}");
}

/// The rules of the file: its kind, its name, its expression.
fn rules() -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(root().join(RULES)).unwrap();
    let rules = text.split("\n      - ").skip(1).map(|rule| {
        let (head, body) = rule.split_once("expr: |\n").expect("an expression as a block");
        let (kind, name) = head.trim().split_once(": ").unwrap();
        let lines = body.lines().take_while(|line| line.starts_with("          "));
        let expression = lines.map(str::trim).collect::<Vec<_>>().join(" ");
        (kind.to_owned(), name.to_owned(), expression)
    });
    rules.collect()
}

fn names(kind: &str) -> Vec<String> {
    rules().into_iter().filter(|(it, ..)| it == kind).map(|(_, name, _)| name).collect()
}

#[test]
fn promtool_accepts_the_rules_and_the_example_configuration() {
    promtool(&["check", "rules", "--lint=all", "--lint-fatal", RULES], "");
    promtool(&["check", "config", "deploy/prometheus/prometheus.yml"], "");
}

#[test]
fn the_rules_do_what_their_own_tests_say() {
    promtool(&["test", "rules", "deploy/prometheus/waggle.rules.test.yml"], "");
}

#[test]
fn every_rule_is_in_those_tests() {
    let tests = std::fs::read_to_string(root().join("deploy/prometheus/waggle.rules.test.yml")).unwrap();
    for name in names("alert") {
        let named = format!("alertname: {name}\n");
        let fires = tests.split(&named).skip(1);
        let fires: Vec<_> = fires.map(|rest| !rest.trim_start().starts_with("exp_alerts: []")).collect();
        assert!(fires.contains(&true), "{name} is never seen firing");
        assert!(fires.contains(&false), "{name} is never seen silent");
    }
    for name in names("record") {
        assert!(tests.contains(&format!("expr: {name}\n")), "{name}");
    }
}

#[test]
fn the_rules_name_what_is_exported_and_nothing_else() {
    let recorded = names("record");
    assert!(recorded.len() > 15 && names("alert").len() > 15);
    for (_, _, expression) in rules() {
        assert_names_what_is_exported(&expression, &recorded);
    }
}

#[test]
fn every_alert_of_the_service_has_its_rule() {
    let text = std::fs::read_to_string(root().join(RULES)).unwrap();
    for alert in AlertName::ALL.map(AlertName::as_str) {
        assert_eq!(text.matches(&format!("name=\"{alert}\"")).count(), 1, "{alert}");
    }
}
