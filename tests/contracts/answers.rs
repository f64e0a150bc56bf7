//! What an operation's function refuses with is told of by the operation's document.

use std::collections::BTreeMap;

use waggle_server::problem::Code;

use crate::lua::{Words, in_header, operations};
use crate::source::{files, read};

/// Operations of HTTP whose function of Redis bears another name.
const OTHER_STEMS: [(&str, &str); 4] = [
    ("task_complete", "task_settle"),
    ("task_fail", "task_settle"),
    ("task_release", "task_settle"),
    ("queue_drain", "queue_pause"),
];
/// Refusals of an item, inside of an answer that is a success.
const OF_ITEMS: [(&str, Code); 2] = [("agent_heartbeat", Code::LeaseLost), ("task_settle", Code::LeaseLost)];

#[test]
fn every_refusal_of_a_function_is_told_of_by_its_operation() {
    let functions = operations();
    let (mut compared, mut untold) = (0, Vec::new());
    for (operation, statuses) in documented() {
        let stem = OTHER_STEMS.iter().find(|(of, _)| *of == operation).map_or(&*operation, |(_, stem)| stem);
        let Some(text) = functions.get(stem) else { continue };
        for code in codes(&in_header(text)) {
            compared += 1;
            let answer =
                statuses.get(code.status().as_str()).and_then(|answer| answer["description"].as_str());
            let told = answer.is_some_and(|says| says.contains(&format!("`{}`", code.as_str())));
            if !told && !OF_ITEMS.contains(&(&operation, code)) {
                untold.push(format!("{operation} {}", code.as_str()));
            }
        }
    }
    assert!(untold.is_empty(), "openapi.json says nothing of {untold:?}");
    assert!(compared > 50, "only {compared} refusals were compared");
}

/// The codes of HTTP that are the words of a function: `QUEUEDRAINING` is `queue_draining`. `NOTFOUND` is said of what
/// the operation is about, and HTTP has a code for each of those.
fn codes(words: &Words) -> Vec<Code> {
    let word = |code: &Code| code.as_str().replace('_', "").to_uppercase();
    Code::ALL.into_iter().filter(|code| *code != Code::NotFound && words.contains(&word(code))).collect()
}

/// Operations of the document, and the answers that each may have.
fn documented() -> BTreeMap<String, serde_json::Map<String, serde_json::Value>> {
    let document: serde_json::Value = serde_json::from_str(&read("openapi/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    operations
        .map(|operation| {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            (name, operation["responses"].as_object().unwrap().clone())
        })
        .collect()
}

/// The document names schemas as Rust does: of two types of one name it would have one alone.
#[test]
fn no_two_schemas_have_one_name() {
    let mut seen = BTreeMap::new();
    for path in files("crates", "rs") {
        let text = read(&path);
        for after in text.split("ToSchema)]").skip(1) {
            let name = schema_name(after);
            if let Some(other) = seen.insert(name.clone(), path.clone()) {
                panic!("{name} is a schema of {} and of {}", other.display(), path.display());
            }
        }
    }
    assert!(seen.len() > 50, "only {} schemas were found", seen.len());
}

/// The name of a schema, from what stands behind its derive.
fn schema_name(after: &str) -> String {
    let (attributes, declared) = match after.find("struct ").into_iter().chain(after.find("enum ")).min() {
        Some(at) => after.split_at(at),
        None => panic!("a schema without a type: {after:.80}"),
    };
    let given = attributes.split_once("schema(as = ").map(|(_, rest)| rest);
    let name = given.unwrap_or_else(|| declared.split_once(' ').map_or("", |(_, rest)| rest));
    name.chars().take_while(|c| c.is_alphanumeric()).collect()
}
