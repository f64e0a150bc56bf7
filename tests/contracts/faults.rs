//! The faults of `docs/faults.md` and the tests that make them: each test says `/// Fault: <name>` in its comment.

use std::collections::{BTreeMap, BTreeSet};

use waggle_tests::root;

use crate::source::{files, read, shown};

const DOCUMENT: &str = "docs/faults.md";
/// Opens the section of faults that no test makes.
const UNTESTED: &str = "## What no test makes";
const BEGIN: &str = "<!-- Written from the tests: WAGGLE_REWRITE_FAULTS=1 cargo test -p waggle-tests --test contracts faults -->\n";
const END: &str = "<!-- The end of what is written from the tests. -->\n";
/// Set to anything, it makes the test below write the table instead of comparing with it.
const REWRITE: &str = "WAGGLE_REWRITE_FAULTS";
const MARKER: &str = "/// Fault: ";

/// Tests by the name of their fault: the file, and the function.
type Tests = BTreeMap<String, BTreeSet<(String, String)>>;

#[test]
fn the_table_of_faults_names_the_tests_that_make_them() {
    let document = read(DOCUMENT);
    let (before, rest) = document.split_once(BEGIN).expect("the table begins");
    let (table, after) = rest.split_once(END).expect("the table ends");
    let written = rendered(&faults(before), &tests());
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(root().join(DOCUMENT), [before, BEGIN, &written, END, after].concat()).unwrap();
        return;
    }
    assert_eq!(table, written, "write it by the command that {DOCUMENT} names in front of the table");
}

#[test]
fn every_fault_has_a_test_or_is_said_to_have_none() {
    let document = read(DOCUMENT);
    let (tested, untested) = document.split_once(UNTESTED).expect("there is a section of untested faults");
    let (tested, tests) = (faults(tested), tests());
    let untested = faults(untested.split_once("\n## ").map_or(untested, |(section, _)| section));
    assert!(tested.len() > 30, "{} faults were found", tested.len());
    for fault in &tested {
        assert!(tests.contains_key(fault), "no test says {MARKER}{fault}");
    }
    for (fault, by) in &tests {
        assert!(tested.contains(fault), "{DOCUMENT} has no row for `{fault}`, which is the fault of {by:?}");
    }
    assert!(tested.iter().all(|fault| !untested.contains(fault)), "a fault is tested, or it is not");
}

/// Names of the faults, in the order of the document: rows that begin with one.
fn faults(text: &str) -> Vec<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.map(|(name, _)| name.to_owned()).collect()
}

fn tests() -> Tests {
    let mut tests = Tests::new();
    for path in files("tests", "rs").iter().chain(&files("crates", "rs")) {
        let (mut faults, mut is_test) = (Vec::new(), false);
        for line in read(path).lines().map(str::trim_start) {
            if let Some(names) = line.strip_prefix(MARKER) {
                faults.extend(names.split(", ").map(str::to_owned));
            } else if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some(name) = function(line) {
                for fault in faults.drain(..) {
                    assert!(is_test, "{}: {name} is no test", shown(path));
                    tests.entry(fault).or_default().insert((shown(path), name.to_owned()));
                }
                is_test = false;
            }
        }
    }
    tests
}

/// The name in a line that begins a function.
fn function(line: &str) -> Option<&str> {
    line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split(['(', '<']).next()
}

fn rendered(faults: &[String], tests: &Tests) -> String {
    let mut table = "| fault | tests |\n|---|---|\n".to_owned();
    for fault in faults.iter().filter(|fault| tests.contains_key(*fault)) {
        let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (file, name) in &tests[fault] {
            by_file.entry(file).or_default().push(name);
        }
        let cells: Vec<_> =
            by_file.iter().map(|(file, names)| format!("`{file}`: {}", names.join(", "))).collect();
        table.push_str(&format!("| `{fault}` | {} |\n", cells.join("; ")));
    }
    table
}
