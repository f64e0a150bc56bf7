//! Every route against every scope.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use waggle_task_queue::model::{NewToken, Scope, Scopes, Stamp, TokenDigest};

use super::{Access, Need, ROUTES};
use crate::config::Settings;
use crate::testing::{Answer, Service};

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/security.md"));

/// A token whose name is its text.
fn token(name: &str, scopes: Scopes) -> NewToken {
    NewToken {
        name: name.parse().unwrap(),
        sha256: TokenDigest(Sha256::digest(name).into()),
        scopes,
        swarms: Vec::new(),
        agent: None,
        expires_at: None,
    }
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.auth.failures_per_minute = 100_000;
    settings.auth.tokens = Scope::ALL.iter().map(|scope| token(scope.as_str(), (*scope).into())).collect();
    settings.auth.tokens.extend([
        token("all", Scopes::ALL),
        NewToken { expires_at: Some(Stamp(1)), ..token("expired", Scopes::ALL) },
        NewToken { swarms: vec!["elsewhere".parse().unwrap()], ..token("stranger", Scopes::ALL) },
    ]);
    settings
}

async fn call(service: &Service, method: &str, path: &str, token: Option<&str>) -> Answer {
    let path = path
        .replace("{swarm}", "default")
        .replace("{id}", "01a205aa-cb6a-75fc-94de-ef603ee1f01a")
        .replace("{agent}", "a")
        .replace("{queue}", "q")
        .replace("{topic}", "t")
        .replace("{key}", "k")
        .replace("{file}", "main.js")
        .replace("{*rest}", "increment")
        .replace("{name}", "n");
    let request = Request::builder().method(method).uri(path);
    let request = token
        .into_iter()
        .fold(request, |request, token| request.header("authorization", format!("Bearer {token}")));
    service.send(request.body(Body::empty()).unwrap()).await
}

/// Whether the call came further than to the question who makes it.
fn is_let_in(answer: &Answer) -> bool {
    answer.status != 401 && answer.body["code"] != "forbidden"
}

#[test]
fn every_route_of_the_document_says_what_it_asks_for() {
    let document: Value = serde_json::from_str(&crate::router::document()).unwrap();
    let listed: BTreeSet<_> =
        ROUTES.iter().map(|(method, path, _)| (method.to_lowercase(), (*path).to_owned())).collect();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let known = listed.contains(&(method.clone(), path.clone()));
            assert!(known, "auth/table.rs does not say what {method} {path} asks for");
        }
    }
}

/// The table in docs/security.md is written by hand: two have to agree on what is let in.
#[test]
fn the_document_for_people_says_the_same_as_the_table() {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<_> = rows
        .filter_map(|row| {
            let (route, rest) = row.split_once("` | ")?;
            let (method, path) = route.split_once(' ')?;
            Some((method.to_owned(), path.to_owned(), rest.trim_end_matches(" |").to_owned()))
        })
        .filter(|(method, _, _)| method.bytes().all(|byte| byte.is_ascii_uppercase()))
        .collect();
    let need = |need: &Need| match need {
        Need::Open => "open".to_owned(),
        Need::Any => "any".to_owned(),
        Need::Of(scopes) => scopes.to_string(),
        Need::Metrics(scopes) => format!("{scopes}; open with `metrics.open`"),
    };
    let table: BTreeSet<_> = ROUTES
        .iter()
        .filter(|(_, path, _)| {
            !path.contains("{*rest}") && !path.contains("{file}") && !path.starts_with("/docs")
        })
        .filter(|(method, path, _)| *method == "POST" || !path.ends_with("/increment"))
        .map(|(method, path, of)| ((*method).to_owned(), (*path).to_owned(), need(of)))
        .collect();
    let missing: Vec<_> = table.difference(&documented).collect();
    let untrue: Vec<_> = documented.difference(&table).collect();
    assert!(missing.is_empty() && untrue.is_empty(), "docs/security.md lacks {missing:?} and has {untrue:?}");
}

/// Fault: token-reaches-out
#[tokio::test]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let service = Service::with(settings()).await;
    // What deletes the swarm would leave the others nothing to find.
    for (method, path, need) in ROUTES {
        let answer = call(&service, method, path, None).await;
        let open = *need == Need::Open;
        assert_eq!(answer.status == 401, !open, "{method} {path} without a token: {}", answer.status);
        if !open {
            assert_eq!(answer.problem(), (401, "unauthorized"));
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
        }
        for wrong in ["expired", "unknown"] {
            let answer = call(&service, method, path, Some(wrong)).await;
            assert_eq!(answer.status == 401, !open, "{method} {path}, {wrong}: {}", answer.status);
            assert!(open || answer.header("www-authenticate").contains("invalid_token"), "{method} {path}");
        }
        for scope in Scope::ALL {
            let answer = call(&service, method, path, Some(scope.as_str())).await;
            let expected = match need {
                Need::Open | Need::Any => true,
                Need::Of(scopes) | Need::Metrics(scopes) => scopes.has(scope),
            };
            assert_eq!(is_let_in(&answer), expected, "{method} {path}, {scope:?}: {}", answer.body);
            if !expected {
                assert_eq!(answer.problem(), (403, "forbidden"), "{method} {path}, {scope:?}");
                assert!(answer.header("www-authenticate").contains("insufficient_scope"), "{method} {path}");
            }
        }
        let answer = call(&service, method, path, Some("stranger")).await;
        if path.contains("{swarm}") {
            assert_eq!(answer.problem(), (404, "swarm_not_found"), "{method} {path}");
        } else {
            let free = matches!(need, Need::Open | Need::Any);
            assert_eq!(is_let_in(&answer), free, "{method} {path}: {}", answer.body);
        }
        assert!(is_let_in(&call(&service, method, path, Some("all")).await), "{method} {path}");
    }
    service.stop().await;
}

#[tokio::test]
async fn the_pages_for_people_open_by_the_address_that_people_type() {
    let service = Service::with(settings()).await;
    let moved = call(&service, "GET", "/docs", None).await;
    let page = call(&service, "GET", moved.header("location"), None).await;
    assert_eq!((moved.status.as_u16(), page.status.as_u16()), (303, 200));
    assert_eq!(call(&service, "GET", "/perf/dashboard", None).await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn an_address_that_leads_nowhere_tells_nobody_without_a_token() {
    let service = Service::with(settings()).await;
    assert_eq!(call(&service, "GET", "/v1/nothing", None).await.problem(), (401, "unauthorized"));
    assert_eq!(call(&service, "GET", "/v1/nothing", Some("work")).await.problem(), (404, "not_found"));
    assert_eq!(call(&service, "TRACE", "/v1/swarms", Some("work")).await.problem(), (403, "forbidden"));
    assert_eq!(
        call(&service, "TRACE", "/v1/swarms", Some("all")).await.problem(),
        (405, "method_not_allowed")
    );
    service.stop().await;
}

/// Fault: token-reaches-out
#[tokio::test]
async fn a_swarm_beyond_the_token_looks_like_one_that_is_not_there() {
    let service = Service::with(settings()).await;
    let there = call(&service, "GET", "/v1/swarms/{swarm}/tasks", Some("stranger")).await;
    let not_there = call(&service, "GET", "/v1/swarms/elsewhere/tasks", Some("all")).await;
    assert_eq!(there.problem(), not_there.problem());
    let detail = |answer: &Answer, name: &str| answer.body["detail"].as_str().unwrap().replace(name, "");
    assert_eq!(detail(&there, "default"), detail(&not_there, "elsewhere"));
    // However its name is written.
    let encoded = call(&service, "GET", "/v1/swarms/d%65fault/tasks", Some("stranger")).await;
    assert_eq!(encoded.problem(), (404, "swarm_not_found"));
    let listed = call(&service, "GET", "/v1/swarms", Some("stranger")).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 0);
    service.stop().await;
}

#[tokio::test]
async fn metrics_are_open_where_the_settings_say_so() {
    let mut settings = settings();
    settings.metrics.open = true;
    let service = Service::with(settings).await;
    assert_eq!(call(&service, "GET", "/metrics", None).await.status, 200);
    assert_eq!(call(&service, "GET", "/perf/report", None).await.status, 401);
    service.stop().await;
}

/// Fault: tokens-guessed
#[tokio::test]
async fn too_many_wrong_tokens_get_a_429_and_keep_no_valid_one_out() {
    let mut settings = settings();
    settings.auth.failures_per_minute = 3;
    let service = Service::with(settings).await;
    for _ in 0..3 {
        assert_eq!(call(&service, "GET", "/v1/swarms", Some("guess")).await.problem(), (401, "unauthorized"));
    }
    let refused = call(&service, "GET", "/v1/swarms", Some("guess")).await;
    assert_eq!(refused.problem(), (429, "rate_limited"));
    assert!(refused.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(call(&service, "GET", "/v1/swarms", Some("work")).await.status, 200);
    assert_eq!(call(&service, "GET", "/v1/swarms", None).await.problem(), (401, "unauthorized"));
    service.stop().await;
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_its_rate_and_no_other_token_waits() {
    let mut settings = settings();
    settings.auth.requests_per_s = 2;
    let service = Service::with(settings).await;
    let first = call(&service, "GET", "/v1/swarms", Some("work")).await;
    assert_eq!(first.header("ratelimit"), "\"token\";r=1;t=1");
    let mut answer = first;
    for _ in 0..10 {
        answer = call(&service, "GET", "/v1/swarms", Some("work")).await;
        if answer.status == 429 {
            break;
        }
    }
    assert_eq!(answer.problem(), (429, "rate_limited"));
    assert_eq!(answer.header("ratelimit-policy"), "\"token\";q=2;w=1");
    assert!(answer.header("ratelimit").contains("r=0") && answer.header("retry-after") == "1");
    assert_eq!(call(&service, "GET", "/v1/swarms", Some("submit")).await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn without_tokens_nothing_is_asked_for_unless_the_settings_do() {
    let service = Service::start().await;
    assert_eq!(call(&service, "GET", "/v1/swarms", None).await.status, 200);
    assert_eq!(call(&service, "GET", "/v1/swarms", Some("whatever")).await.status, 200);
    service.stop().await;
    let mut settings = Settings::default();
    settings.auth.required = true;
    let service = Service::with(settings).await;
    assert_eq!(call(&service, "GET", "/v1/swarms", None).await.problem(), (401, "unauthorized"));
    assert_eq!(call(&service, "GET", "/health/live", None).await.status, 200);
    service.stop().await;
}

/// 2 µs a request is the promise, of release builds; an unoptimised one on a busy machine keeps another.
#[test]
fn letting_a_request_in_costs_microseconds() {
    const TOKENS: usize = 1_000;
    const BOUND: Duration =
        if cfg!(debug_assertions) { Duration::from_micros(500) } else { Duration::from_micros(2) };
    let mut settings = Settings::default();
    let names: Vec<_> = (0..TOKENS).map(|number| format!("waggle_{number:043}")).collect();
    settings.auth.tokens = names.iter().map(|name| token(name, Scopes::ALL)).collect();
    let access = Access::new(&settings).unwrap();
    let requests = || {
        names.iter().map(|name| {
            let request =
                Request::post("/v1/swarms/default/tasks").header("authorization", format!("Bearer {name}"));
            request.body(Body::empty()).unwrap()
        })
    };
    let round = |mut requests: Vec<Request<Body>>| {
        let started = Instant::now();
        for request in &mut requests {
            assert!(access.admit(request).unwrap().token.is_some());
        }
        started.elapsed() / u32::try_from(TOKENS).unwrap()
    };
    // The best of some: others have the machine too.
    let best = (0..20).map(|_| round(requests().collect())).min().unwrap();
    println!("letting a request in costs {best:?}");
    assert!(best < BOUND, "{best:?}");
}
