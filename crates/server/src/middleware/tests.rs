use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use tower::ServiceExt as _;

use super::Around;
use crate::config::Settings;
use crate::testing::{BODY_LIMIT, Service};

const TASKS: &str = "/v1/swarms/default/tasks";

#[tokio::test]
async fn every_refusal_is_a_problem_with_its_code() {
    let service = Service::start().await;
    let nested = format!("{{\"payload\":{}{}}}", "[".repeat(65), "]".repeat(65));
    let large = format!("{{\"payload\":\"{}\"}}", "x".repeat(BODY_LIMIT));
    for (answer, expected) in [
        (service.get("/nowhere").await, (404, "not_found")),
        (service.get("/docs/nowhere").await, (404, "not_found")),
        (service.post("/health/live", "").await, (405, "method_not_allowed")),
        (service.get(&format!("/{}", "x".repeat(5_000))).await, (414, "too_large")),
        (service.post(TASKS, "{").await, (400, "malformed_json")),
        (service.post(TASKS, vec![b'"', 0xff, b'"']).await, (400, "malformed_json")),
        (service.post(TASKS, nested).await, (400, "malformed_json")),
        (service.post(TASKS, r#"{"payload":"\ud800"}"#).await, (400, "malformed_json")),
        (service.post(TASKS, r#"{"payload":1e400}"#).await, (400, "malformed_json")),
        (service.post(TASKS, large).await, (413, "too_large")),
        (service.post(TASKS, r#"{"x":1}"#).await, (422, "validation")),
        (service.get(&format!("{TASKS}?limit=0")).await, (422, "validation")),
        (service.get(&format!("{TASKS}?x=0")).await, (422, "validation")),
        (service.get(&format!("{TASKS}/not-an-id")).await, (404, "task_not_found")),
        (
            service.get(&format!("{TASKS}/01a205aa-cb6a-75fc-94de-ef603ee1f01a?wait_ms=60001")).await,
            (422, "validation"),
        ),
        (service.get("/v1/swarms/a%7D:b/tasks").await, (422, "validation")),
        (service.get("/v1/swarms/%ff/tasks").await, (400, "bad_request")),
    ] {
        assert_eq!(answer.problem(), expected, "{}", answer.body);
        assert!(answer.body["instance"].as_str().unwrap().starts_with('/'));
    }
    service.stop().await;
}

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_refused() {
    let service = Service::start().await;
    for (said, status) in [
        (None, 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/json; charset=utf-8"), 201),
        (Some("application/vnd.task+json"), 201),
    ] {
        let mut request = Request::post(TASKS).body(Body::from("{}")).unwrap();
        if let Some(said) = said {
            request.headers_mut().insert("content-type", said.parse().unwrap());
        }
        assert_eq!(service.send(request).await.status.as_u16(), status, "{said:?}");
    }
    service.stop().await;
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing_and_programs_are_not_concerned() {
    let mut settings = Settings::default();
    settings.server.allowed_hosts = vec!["a.example".to_owned()];
    let service = Service::with(settings).await;
    let (mine, other) = ("http://a.example:8700", "http://b.example:8700");
    for (method, headers, status) in [
        ("POST", &[][..], 201),
        ("POST", &[("sec-fetch-site", "same-origin"), ("origin", mine)], 201),
        ("POST", &[("sec-fetch-site", "none")], 201),
        ("POST", &[("origin", mine)], 201),
        ("POST", &[("sec-fetch-site", "cross-site"), ("origin", other)], 403),
        // Another port of the same machine.
        ("POST", &[("sec-fetch-site", "same-site"), ("origin", "http://a.example:3000")], 403),
        ("POST", &[("origin", other)], 403),
        ("POST", &[("origin", "http://a.example")], 403),
        ("POST", &[("origin", "null")], 403),
        ("DELETE", &[("sec-fetch-site", "cross-site")], 403),
        ("PUT", &[("origin", other)], 403),
        ("GET", &[("sec-fetch-site", "cross-site"), ("origin", other)], 200),
        ("HEAD", &[("origin", other)], 200),
        ("OPTIONS", &[("origin", other)], 405),
    ] {
        let mut request = Request::builder().method(method).uri(TASKS).header("host", "a.example:8700");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
        let answer = service.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {headers:?}: {}", answer.body);
        if status == 403 {
            assert_eq!(answer.problem(), (403, "cross_site"));
            assert_eq!((&answer.body["retryable"], &answer.body["instance"]), (&false.into(), &TASKS.into()));
            assert!(!answer.header("x-request-id").is_empty());
        }
    }
    service.stop().await;
}

#[tokio::test]
async fn a_405_names_the_methods_there_are() {
    let service = Service::start().await;
    let request = Request::delete(TASKS).body(Body::empty()).unwrap();
    let answer = service.send(request).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed"));
    assert!(answer.header("allow").contains("POST") && answer.header("allow").contains("GET"));
    service.stop().await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let service = Service::start().await;
    let endless = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let answer = service.post(TASKS, Body::from_stream(endless)).await;
    assert_eq!(answer.problem(), (408, "request_timeout"));
    assert_eq!(answer.header("connection"), "close");
    service.stop().await;
}

#[tokio::test]
async fn a_body_without_a_length_is_cut_off_at_the_limit() {
    let service = Service::start().await;
    let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 10_000]));
    let chunks = futures_util::stream::iter((0..1_000).map(move |_| chunk()));
    let answer = service.post(TASKS, Body::from_stream(chunks)).await;
    assert_eq!(answer.problem(), (413, "too_large"));
    service.stop().await;
}

#[tokio::test]
async fn the_clients_request_id_is_returned_and_a_missing_one_made() {
    let service = Service::start().await;
    let request = Request::get("/health/live").header("x-request-id", "mine-1").body(Body::empty()).unwrap();
    assert_eq!(service.send(request).await.header("x-request-id"), "mine-1");
    assert!(!service.get("/health/live").await.header("x-request-id").is_empty());
    service.stop().await;
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing() {
    let service = Service::start().await;
    let panics = get(|| async {
        if true {
            panic!("secret");
        }
    });
    let router: Router = Router::new().route("/panics", panics).layer(Around::new(service.app.clone()));
    let response = router.oneshot(Request::get("/panics").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = axum::body::to_bytes(response.into_body(), BODY_LIMIT).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("\"code\":\"internal\"") && !text.contains("secret"), "{text}");
    service.stop().await;
}

#[tokio::test]
async fn a_stopping_service_refuses_work_and_still_answers_probes() {
    let service = Service::start().await;
    service.app.drain();
    let refused = service.post(TASKS, "{}").await;
    assert_eq!(refused.problem(), (503, "draining"));
    assert_eq!((refused.header("retry-after"), refused.header("connection")), ("1", "close"));
    assert_eq!(service.get("/health/live").await.status, StatusCode::OK);
    assert_eq!(service.get("/health/ready").await.problem(), (503, "draining"));
    assert_eq!(service.get("/metrics").await.status, StatusCode::OK);
    service.stop().await;
}

#[tokio::test]
async fn requests_are_measured_by_route_and_never_by_id() {
    let service = Service::start().await;
    service.get(&format!("{TASKS}/01a205aa-cb6a-75fc-94de-ef603ee1f01a")).await;
    service.get("/no/such/address").await;
    let text = service.app.metrics().render();
    let route = "waggle_http_request_duration_seconds_count{route=\"/v1/swarms/{swarm}/tasks/{id}\",method=\"GET\",status=\"404\"}";
    assert!(text.contains(route), "{text}");
    assert!(text.contains("route=\"unmatched\"") && !text.contains("/no/such") && !text.contains("01a205aa"));
    assert!(text.contains("waggle_build_info{version="));
    service.stop().await;
}
