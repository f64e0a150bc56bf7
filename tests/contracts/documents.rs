//! What documents point to is there.

use std::path::Path;

use waggle_tests::root;

use crate::source::{files, read, shown};

#[test]
fn every_link_of_a_document_leads_to_a_file() {
    for path in files("", "md") {
        for target in links(&read(&path)) {
            let file = target.split('#').next().unwrap_or_default();
            let there = file.is_empty() || path.parent().unwrap().join(file).exists();
            assert!(there, "{} links to {target}", shown(&path));
        }
    }
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let mut paths = 0;
    for document in files("docs", "md").iter().chain(&[root().join("README.md")]) {
        let text = read(document);
        for path in code(&text).filter(|code| is_path(code)) {
            let path = path.trim_end_matches('/');
            paths += 1;
            assert!(
                expanded(path).iter().all(|path| root().join(path).exists()),
                "{} names {path}",
                shown(document)
            );
        }
    }
    assert!(paths > 10, "{paths} paths were found");
}

/// Targets of `[text](target)` that are no addresses.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.contains(' ')).map(str::to_owned).collect()
}

/// What stands between single backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with("    ")).flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Whether a piece of code is a path below the root of the repository.
fn is_path(code: &str) -> bool {
    let first = code.split('/').next().unwrap_or_default();
    let plain = !code.contains([' ', '<', '*', '$', '…']);
    plain
        && code.contains('/')
        && ["crates", "deploy", "docs", "tests", "examples", "openapi", "migrations", "scripts"]
            .contains(&first)
        && Path::new(first).is_relative()
}

/// `a/{b,c}.rs` as both paths.
fn expanded(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else { return vec![path.to_owned()] };
    let (choices, after) = rest.split_once('}').unwrap_or((rest, ""));
    choices.split(',').map(|choice| format!("{before}{choice}{after}")).collect()
}
