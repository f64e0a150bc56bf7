use serde_json::Value;
use waggle_tests::in_a_swarm;

/// Operations with their path, as the contract lists them for this version.
const OPERATIONS: [(&str, &str); 77] = [
    ("delete", "/v1/swarms/{swarm}"),
    ("delete", "/v1/swarms/{swarm}/agents/{agent}"),
    ("delete", "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}"),
    ("delete", "/v1/swarms/{swarm}/schedules/{name}"),
    ("delete", "/v1/swarms/{swarm}/state/{key}"),
    ("delete", "/v1/tokens/{name}"),
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/metrics"),
    ("get", "/openapi.json"),
    ("get", "/perf/alerts"),
    ("get", "/perf/dashboard"),
    ("get", "/perf/history"),
    ("get", "/perf/report"),
    ("get", "/perf/stream"),
    ("get", "/perf/validate/{id}"),
    ("get", "/v1/swarms"),
    ("get", "/v1/swarms/{swarm}"),
    ("get", "/v1/swarms/{swarm}/agents"),
    ("get", "/v1/swarms/{swarm}/agents/{agent}"),
    ("get", "/v1/swarms/{swarm}/agents/{agent}/inbox"),
    ("get", "/v1/swarms/{swarm}/events"),
    ("get", "/v1/swarms/{swarm}/queues"),
    ("get", "/v1/swarms/{swarm}/queues/{queue}"),
    ("get", "/v1/swarms/{swarm}/schedules"),
    ("get", "/v1/swarms/{swarm}/schedules/{name}"),
    ("get", "/v1/swarms/{swarm}/snapshot"),
    ("get", "/v1/swarms/{swarm}/state"),
    ("get", "/v1/swarms/{swarm}/state/{key}"),
    ("get", "/v1/swarms/{swarm}/stats"),
    ("get", "/v1/swarms/{swarm}/tasks"),
    ("get", "/v1/swarms/{swarm}/tasks/count"),
    ("get", "/v1/swarms/{swarm}/tasks/{id}"),
    ("get", "/v1/swarms/{swarm}/tasks/{id}/attempts"),
    ("get", "/v1/swarms/{swarm}/tasks/{id}/events"),
    ("get", "/v1/swarms/{swarm}/tasks/{id}/output"),
    ("get", "/v1/tokens"),
    ("patch", "/v1/swarms/{swarm}/state/{key}"),
    ("post", "/perf/validate"),
    ("post", "/v1/swarms/{swarm}/agents/{agent}/drain"),
    ("post", "/v1/swarms/{swarm}/agents/{agent}/heartbeat"),
    ("post", "/v1/swarms/{swarm}/agents/{agent}/inbox/ack"),
    ("post", "/v1/swarms/{swarm}/agents/{agent}/resume"),
    ("post", "/v1/swarms/{swarm}/claims"),
    ("post", "/v1/swarms/{swarm}/messages"),
    ("post", "/v1/swarms/{swarm}/pause"),
    ("post", "/v1/swarms/{swarm}/queues/{queue}/drain"),
    ("post", "/v1/swarms/{swarm}/queues/{queue}/pause"),
    ("post", "/v1/swarms/{swarm}/queues/{queue}/purge"),
    ("post", "/v1/swarms/{swarm}/queues/{queue}/replay"),
    ("post", "/v1/swarms/{swarm}/queues/{queue}/resume"),
    ("post", "/v1/swarms/{swarm}/resume"),
    ("post", "/v1/swarms/{swarm}/schedules/{name}/run"),
    ("post", "/v1/swarms/{swarm}/settlements"),
    ("post", "/v1/swarms/{swarm}/state/{key}/increment"),
    ("post", "/v1/swarms/{swarm}/tasks"),
    ("post", "/v1/swarms/{swarm}/tasks/actions"),
    ("post", "/v1/swarms/{swarm}/tasks/batch"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/assign"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/cancel"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/complete"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/fail"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/heartbeat"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/input"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/input-request"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/output"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/release"),
    ("post", "/v1/swarms/{swarm}/tasks/{id}/retry"),
    ("post", "/v1/swarms/{swarm}/transactions"),
    ("post", "/v1/tokens"),
    ("put", "/v1/swarms/{swarm}"),
    ("put", "/v1/swarms/{swarm}/agents/{agent}"),
    ("put", "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}"),
    ("put", "/v1/swarms/{swarm}/queues/{queue}"),
    ("put", "/v1/swarms/{swarm}/schedules/{name}"),
    ("put", "/v1/swarms/{swarm}/snapshot"),
    ("put", "/v1/swarms/{swarm}/state/{key}"),
];

async fn document(w: &waggle_tests::World) -> Value {
    let reply = w.client().get("/openapi.json").send().await;
    assert!(reply.header("content-type").starts_with("application/json"));
    reply.ok()
}

fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let mut all: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(verb, op)| (verb.as_str(), path.as_str(), op))
        })
        .filter(|(verb, ..)| ["get", "put", "post", "delete", "patch"].contains(verb))
        .collect();
    all.sort_unstable_by_key(|(verb, path, _)| (*verb, *path));
    all
}

#[test]
fn the_document_lists_exactly_what_the_service_can_do() {
    in_a_swarm(async |w| {
        let document = document(&w).await;
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let listed: Vec<_> = operations(&document).iter().map(|(verb, path, _)| (*verb, *path)).collect();
        assert_eq!(listed, OPERATIONS);
    });
}

#[test]
fn every_listed_operation_answers_at_its_address() {
    in_a_swarm(async |w| {
        let document = document(&w).await;
        for (verb, path, _) in operations(&document) {
            let path =
                path.replace("{swarm}", w.swarm()).replace("{id}", "0193a0de-0000-7000-8000-000000000000");
            // A stream that goes on for ever answers as well.
            let path = if path.ends_with("/events") && !path.contains("/tasks/") {
                path + "?follow=false"
            } else {
                path
            };
            if path == "/perf/stream" {
                // It goes on for ever, and begins at once: tests/api/perf/stream.rs.
                continue;
            }
            let method = verb.to_uppercase().parse().unwrap();
            let reply = w.client().request(method, &path).send().await;
            let code = reply.body["code"].as_str().unwrap_or_default();
            assert!(code != "not_found" && code != "method_not_allowed", "{verb} {path}: {}", reply.text);
        }
    });
}

#[test]
fn every_operation_says_how_it_may_go_wrong() {
    in_a_swarm(async |w| {
        let document = document(&w).await;
        for (verb, path, operation) in operations(&document) {
            let responses = operation["responses"].as_object().unwrap();
            assert!(operation["operationId"].is_string() && !responses.is_empty(), "{verb} {path}");
            for (status, response) in responses {
                assert!(
                    response["description"].as_str().is_some_and(|text| !text.is_empty()),
                    "{verb} {path} {status}"
                );
                if status.starts_with(['4', '5']) {
                    assert!(
                        response["content"].get("application/problem+json").is_some(),
                        "{verb} {path} {status}"
                    );
                }
            }
            let has_swarm = path.contains("{swarm}");
            let expected = [
                ("503", has_swarm),
                ("404", has_swarm && verb != "put"),
                ("422", !operation["requestBody"].is_null()),
            ];
            for (status, needed) in expected {
                assert!(!needed || responses.contains_key(status), "{verb} {path} lacks {status}");
            }
        }
    });
}

#[test]
fn every_reference_within_the_document_leads_somewhere() {
    in_a_swarm(async |w| {
        let document = document(&w).await;
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"").skip(1) {
            let pointer = reference.split('"').next().unwrap().trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    });
}

#[test]
fn the_pages_of_the_documentation_come_from_the_service_itself() {
    in_a_swarm(async |w| {
        let page = w.client().get("/docs/").send().await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("swagger-ui"));
        assert!(!page.text.contains("https://"), "nothing is loaded from elsewhere");
        for asset in ["swagger-ui.css", "swagger-ui-bundle.js"] {
            assert_eq!(w.client().get(&format!("/docs/{asset}")).send().await.status, 200, "{asset}");
        }
    });
}
