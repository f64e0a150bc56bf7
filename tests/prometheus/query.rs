//! PromQL, as far as these tests look into it.

use std::collections::BTreeSet;

/// Words of the language that are no names.
const KEYWORDS: [&str; 14] = [
    "and",
    "or",
    "unless",
    "bool",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "offset",
    "inf",
    "nan",
    "atan2",
];

/// The metrics that an expression names.
pub(crate) fn metrics(expression: &str) -> BTreeSet<String> {
    let bare = without_groups(&without(&without(expression, '{', '}'), '[', ']'));
    let mut names = BTreeSet::new();
    let mut rest = bare.as_str();
    while let Some(start) = rest.find(is_name_start) {
        let word: String =
            rest[start..].chars().take_while(|c| is_name_start(*c) || c.is_ascii_digit()).collect();
        let after = &rest[start + word.len()..];
        let is_call = after.trim_start().starts_with('(');
        let is_number = rest[..start].ends_with(|c: char| c.is_ascii_digit());
        if !is_call && !is_number && !KEYWORDS.contains(&word.to_lowercase().as_str()) {
            names.insert(word.clone());
        }
        rest = after;
    }
    names
}

/// The labels that an expression matches or groups by.
pub(crate) fn labels(expression: &str) -> BTreeSet<String> {
    let matchers = inside(expression, '{', '}').into_iter().flat_map(|braces| {
        let names =
            braces.split("\",").filter_map(|matcher| matcher.split(['=', '!']).next().map(str::to_owned));
        names.collect::<Vec<_>>()
    });
    let groups = ["by", "without", "on", "ignoring", "group_left"];
    let groups = groups.iter().flat_map(|word| {
        let opening = format!("{word} (");
        let after = expression.split(&opening).skip(1);
        after
            .flat_map(|rest| rest.split(')').next().unwrap_or_default().split(','))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let all = matchers.chain(groups).map(|label| label.trim().to_owned());
    all.filter(|label| !label.is_empty()).collect()
}

/// An expression as part of an address.
pub(crate) fn encoded(expression: &str) -> String {
    expression.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == ':'
}

fn without(text: &str, open: char, close: char) -> String {
    let mut depth = 0;
    let mut keep = |c: &char| {
        depth += i32::from(*c == open);
        let kept = depth == 0;
        depth -= i32::from(*c == close);
        kept
    };
    text.chars().filter(|c| keep(c)).collect()
}

/// Without the lists of labels of `by (…)` and its like.
fn without_groups(text: &str) -> String {
    let words = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    let mut text = text.to_owned();
    for word in words {
        while let Some(at) = text.find(&format!(" {word} (")) {
            let end = text[at..].find(')').map_or(text.len(), |end| at + end + 1);
            text.replace_range(at..end, " ");
        }
    }
    text
}

fn inside(text: &str, open: char, close: char) -> Vec<String> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).map(str::to_owned).collect()
}

#[test]
fn the_names_and_labels_of_an_expression_are_found() {
    let expression = r#"sum by (job, route) (rate(a_total{event="x", job=~"b|c"}[5m])) / 1e3 > on (job) bool c:d unless (up == 0)"#;
    let names = metrics(expression);
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a_total", "c:d", "up"]);
    assert_eq!(labels(expression).into_iter().collect::<Vec<_>>(), ["event", "job", "route"]);
}
