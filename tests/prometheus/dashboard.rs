//! The dashboard for Grafana is made of what is exported.

use serde_json::Value;
use waggle_tests::root;

use crate::promtool::promtool;
use crate::rules::assert_names_what_is_exported;

/// What Grafana puts in place of its variables.
const VARIABLES: [(&str, &str); 3] = [("$__rate_interval", "1m"), ("$job", ".+"), ("$instance", ".+")];

pub(crate) fn dashboard() -> Value {
    let text = std::fs::read_to_string(root().join("deploy/grafana/waggle.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The panels that show something, with their titles.
fn panels() -> Vec<Value> {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    panels.iter().filter(|panel| panel["type"] != "row").cloned().collect()
}

/// Every expression of the dashboard, as Grafana would send it.
pub(crate) fn expressions() -> Vec<String> {
    let panels = panels();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| filled_in(target["expr"].as_str().unwrap())).collect()
}

fn filled_in(expression: &str) -> String {
    VARIABLES.iter().fold(expression.to_owned(), |text, (name, value)| text.replace(name, value))
}

#[test]
fn the_dashboard_names_what_is_exported_and_nothing_else() {
    for expression in expressions() {
        assert!(!expression.contains('$'), "{expression}");
        assert_names_what_is_exported(&expression, &[]);
    }
}

#[test]
fn every_panel_shows_something_says_what_and_leaves_the_data_source_to_the_reader() {
    let (panels, mut ids) = (panels(), std::collections::BTreeSet::new());
    assert!(panels.len() > 15, "{} panels", panels.len());
    for panel in &panels {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "the id of {title} is another one's");
        assert!(
            !title.is_empty() && panel["description"].as_str().is_some_and(|text| text.ends_with('.')),
            "{title}"
        );
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title}");
        for source in targets.iter().chain([panel]).map(|it| &it["datasource"]["uid"]) {
            assert_eq!(source, "${datasource}", "{title}");
        }
    }
}

#[test]
fn panels_do_not_lie_on_each_other() {
    let places: Vec<_> = panels()
        .iter()
        .map(|panel| {
            let of = |name: &str| panel["gridPos"][name].as_u64().unwrap();
            (of("x"), of("y"), of("x") + of("w"), of("y") + of("h"))
        })
        .collect();
    for (at, a) in places.iter().enumerate() {
        assert!(a.2 <= 24);
        for b in &places[..at] {
            assert!(a.0 >= b.2 || b.0 >= a.2 || a.1 >= b.3 || b.1 >= a.3, "{a:?} {b:?}");
        }
    }
}

#[test]
fn promtool_understands_every_expression() {
    let rules = expressions().into_iter().enumerate().map(|(at, expression)| {
        let expression = serde_json::to_string(&expression).unwrap();
        format!("  - {{record: 'panel:{at}', expr: {expression}}}\n")
    });
    let file = waggle_tests::new_dir("dashboard").join("rules.yml");
    let text = format!("groups:\n- name: dashboard\n  rules:\n{}", rules.collect::<String>());
    std::fs::write(&file, text).unwrap();
    promtool(&["check", "rules", file.to_str().unwrap()], "");
}
