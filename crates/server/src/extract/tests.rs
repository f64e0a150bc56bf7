use axum::extract::FromRequestParts;
use axum::http::Request;
use serde::Deserialize;
use waggle_task_queue::model::{Claim, NewTask, Settlement};

use super::*;
use crate::problem::Problem;

fn pointer(problem: &Problem) -> String {
    let body = serde_json::to_value(problem.body()).unwrap();
    assert_eq!(body["code"], "validation", "{body}");
    body["errors"][0]["pointer"].as_str().unwrap().to_owned()
}

#[test]
fn a_wrong_field_is_named_by_its_json_pointer() {
    for (text, wanted) in [
        (r#"{"priorty":5}"#, "/priorty"),
        (r#"{"priority":"high"}"#, "/priority"),
        (r#"{"backoff":{"kind":"cubic"}}"#, "/backoff/kind"),
        (r#"{"tags":["ok","not ok"]}"#, "/tags/1"),
        (r#"{"payload":{"a":[1]},"queue":"a}:b"}"#, "/queue"),
        (r#"{"queue":"a","queue":"b"}"#, "/queue"),
        (r#"{"a/b~c":1}"#, "/a~1b~0c"),
        ("[1]", ""),
        ("7", ""),
    ] {
        let problem = parse::<NewTask>(text).unwrap_err();
        assert_eq!(pointer(&problem), wanted, "{text}");
    }
}

#[test]
fn a_missing_field_is_named_as_if_it_were_there() {
    assert_eq!(pointer(&parse::<Claim>("{}").unwrap_err()), "/agent");
    let text =
        r#"{"agent":"a","outcomes":[{"id":"01a205aa-cb6a-75fc-94de-ef603ee1f01a","outcome":"complete"}]}"#;
    assert_eq!(pointer(&parse::<Settlement>(text).unwrap_err()), "/outcomes/0/lease");
}

#[test]
fn a_detail_never_echoes_more_than_two_hundred_characters() {
    let long = "x".repeat(10_000);
    for text in [
        format!("{{\"{long}\":1}}"),
        format!("{{\"priority\":\"{long}\"}}"),
        format!("{{\"queue\":\"{long}\"}}"),
    ] {
        let body = serde_json::to_value(parse::<NewTask>(&text).unwrap_err().body()).unwrap();
        assert!(body["errors"][0]["detail"].as_str().unwrap().chars().count() <= 200);
        assert!(body["errors"][0]["pointer"].as_str().unwrap().chars().count() <= 200);
        assert!(body.to_string().len() < 2_000);
    }
}

#[test]
fn what_is_not_json_is_malformed_and_not_invalid() {
    for text in [
        "",
        "{",
        "{\"payload\":1",
        "{'a':1}",
        "{\"payload\":NaN}",
        "{\"payload\":1}}",
        "{\"payload\":\"\u{0}\"}",
        "{\"unknown\":1,}",
        "{\"unknown\":",
        "{\"priority\":\"high\",\"queue\":q}",
    ] {
        let problem = parse::<NewTask>(text).unwrap_err();
        assert_eq!((problem.code(), problem.status().as_u16()), ("malformed_json", 400), "{text:?}");
    }
}

#[test]
fn a_payload_passes_through_as_it_came() {
    let text = r#"{"payload": { "b":1,  "a":1.50, "b":"\u00e4" } }"#;
    let task: NewTask = parse(text).unwrap();
    assert_eq!(task.payload.unwrap().as_str(), r#"{ "b":1,  "a":1.50, "b":"\u00e4" }"#);
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Params {
    limit: Option<usize>,
    cursor: Option<String>,
}

#[test]
fn an_unknown_or_wrong_parameter_is_named() {
    for (query, wanted) in [("limt=5", "/limt"), ("limit=many", "/limit"), ("limit=1&limit=2", "/limit")] {
        assert_eq!(pointer(&query::parse::<Params>(query).unwrap_err()), wanted, "{query}");
    }
    let params: Params = query::parse("limit=5&cursor=a%20b").unwrap();
    assert_eq!((params.limit, params.cursor.as_deref()), (Some(5), Some("a b")));
}

async fn prefer(values: &[&str]) -> Prefer {
    let request = values.iter().fold(Request::builder(), |request, value| request.header("prefer", *value));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    Prefer::from_request_parts(&mut parts, &()).await.unwrap()
}

#[tokio::test]
async fn preferences_are_read_wherever_they_stand() {
    let both = prefer(&["respond-async, wait=30", "return=minimal; foo=\"some\""]).await;
    assert!(both.minimal());
    let mut wait_ms = 0;
    assert_eq!(both.wait(&mut wait_ms), Some(Applied::Wait(30)));
    assert_eq!(wait_ms, 30_000);
    assert!(!prefer(&["return=representation"]).await.minimal());
}

#[tokio::test]
async fn a_preferred_wait_is_honoured_as_far_as_the_limit_goes_and_never_against_the_request() {
    let (mut none, mut some) = (0, 5);
    assert_eq!(prefer(&["wait=600"]).await.wait(&mut none), Some(Applied::Wait(60)));
    assert_eq!(prefer(&["wait=600"]).await.wait(&mut some), None);
    assert_eq!((none, some), (60_000, 5));
    assert_eq!(prefer(&["wait=soon"]).await.wait(&mut 0), None);
}

#[tokio::test]
async fn only_what_looks_like_a_trace_context_is_kept() {
    let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (given, kept) in [
        (good, true),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false),
        ("hello", false),
    ] {
        let (mut parts, ()) = Request::builder().header("traceparent", given).body(()).unwrap().into_parts();
        let Traceparent(found) = Traceparent::from_request_parts(&mut parts, &()).await.unwrap();
        assert_eq!(found.as_deref(), kept.then_some(given));
    }
}
