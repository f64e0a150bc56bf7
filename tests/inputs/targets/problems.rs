//! What a refusal has to tell.

use serde_json::Value;
use waggle_server::problem::Problem;

/// Characters of a body that an answer repeats at most, in one place.
const SHOWN: usize = 200;

/// A refused body is no JSON (400), too much (413), or has fields that cannot be accepted, each with its place (422).
pub(crate) fn check(problem: &Problem, data: &[u8]) {
    let body = serde_json::to_value(problem.body()).expect("a problem is JSON");
    match (problem.status().as_u16(), problem.code()) {
        (400, "malformed_json") | (413, "too_large") => {
            assert!(body.get("errors").is_none_or(|errors| errors.as_array().is_none_or(Vec::is_empty)));
        }
        (422, "validation") => {
            let errors = body["errors"].as_array().expect("fields");
            assert!(!errors.is_empty(), "{body}");
            for error in errors {
                place(error["pointer"].as_str().expect("a pointer"), data);
                assert!(error["detail"].as_str().expect("a detail").chars().count() <= SHOWN, "{error}");
            }
        }
        other => panic!("{other:?}: {body}"),
    }
}

/// A pointer leads to something in the body, or to what is missing from it.
pub(crate) fn place(pointer: &str, data: &[u8]) {
    assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
    if pointer.chars().count() >= SHOWN {
        return;
    }
    let body: Value = serde_json::from_slice(data).expect("what has fields is JSON");
    let (parent, last) = pointer.rsplit_once('/').unwrap_or_default();
    let around = body.pointer(parent).unwrap_or_else(|| panic!("{pointer:?} is nowhere in {body}"));
    // A field may be missing; an item of a list is there.
    let index = last.parse::<usize>().ok().filter(|_| around.is_array());
    assert!(index.is_none_or(|_| body.pointer(pointer).is_some()), "{pointer:?} is nowhere in {body}");
}
