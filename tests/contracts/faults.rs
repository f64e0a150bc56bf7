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

/// Tests by the name of their fault.
type Tests = BTreeMap<String, BTreeSet<Test>>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    file: String,
    name: String,
    /// Nobody runs it unless he asks for it: it covers nothing.
    is_ignored: bool,
}

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
        assert!(is_covered(by), "`{fault}` is made by tests that are ignored, and by no other: {by:?}");
        assert!(tested.contains(fault), "{DOCUMENT} has no row for `{fault}`, which is the fault of {by:?}");
    }
    assert!(tested.iter().all(|fault| !untested.contains(fault)), "a fault is tested, or it is not");
}

#[test]
fn a_test_that_is_ignored_covers_nothing_and_is_named_beside_one_that_is_not() {
    let ignored = [MARKER, "lost, found\n#[test]\n#[ignore = \"it is long\"]\nfn later() {}\n"].concat();
    let runs = [MARKER, "found\n#[test]\nfn now() {}\n"].concat();
    let tests = marked([("tests/a.rs".to_owned(), ignored), ("tests/b.rs".to_owned(), runs)]);
    assert!(!is_covered(&tests["lost"]) && is_covered(&tests["found"]), "{tests:?}");
    let table = rendered(&["lost".to_owned(), "found".to_owned()], &tests);
    assert!(!table.contains("lost"), "{table}");
    assert!(table.ends_with("| `found` | `tests/a.rs`: later; `tests/b.rs`: now |\n"), "{table}");
}

/// Names of the faults, in the order of the document: rows that begin with one.
fn faults(text: &str) -> Vec<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.map(|(name, _)| name.to_owned()).collect()
}

fn tests() -> Tests {
    marked(files("tests", "rs").iter().chain(&files("crates", "rs")).map(|path| (shown(path), read(path))))
}

/// The tests of these files, by the faults in their comments.
fn marked(files: impl IntoIterator<Item = (String, String)>) -> Tests {
    let mut tests = Tests::new();
    for (file, text) in files {
        let (mut faults, mut is_test, mut is_ignored) = (Vec::new(), false, false);
        for line in text.lines().map(str::trim_start) {
            if let Some(names) = line.strip_prefix(MARKER) {
                faults.extend(names.split(", ").map(str::to_owned));
            } else if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if line.starts_with("#[ignore") {
                is_ignored = true;
            } else if let Some(name) = function(line) {
                for fault in faults.drain(..) {
                    assert!(is_test, "{file}: {name} is no test");
                    let test = Test { file: file.clone(), name: name.to_owned(), is_ignored };
                    tests.entry(fault).or_default().insert(test);
                }
                (is_test, is_ignored) = (false, false);
            }
        }
    }
    tests
}

fn is_covered(by: &BTreeSet<Test>) -> bool {
    by.iter().any(|test| !test.is_ignored)
}

/// The name in a line that begins a function.
fn function(line: &str) -> Option<&str> {
    line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?.split(['(', '<']).next()
}

fn rendered(faults: &[String], tests: &Tests) -> String {
    let mut table = "| fault | tests |\n|---|---|\n".to_owned();
    for fault in faults.iter().filter(|fault| tests.get(*fault).is_some_and(is_covered)) {
        let mut by_file: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for test in &tests[fault] {
            by_file.entry(&test.file).or_default().push(&test.name);
        }
        let cells: Vec<_> =
            by_file.iter().map(|(file, names)| format!("`{file}`: {}", names.join(", "))).collect();
        table.push_str(&format!("| `{fault}` | {} |\n", cells.join("; ")));
    }
    table
}
