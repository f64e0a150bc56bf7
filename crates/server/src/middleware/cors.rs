use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::CorsLayer;

/// How long a browser may remember what it was allowed.
const REMEMBERED: Duration = Duration::from_secs(600);
const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// What clients say in headers.
const SENT: [HeaderName; 10] = [
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("last-event-id"),
    HeaderName::from_static("prefer"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("x-lease"),
    HeaderName::from_static("x-request-id"),
];
/// What they are told in headers.
const TOLD: [HeaderName; 9] = [
    header::ETAG,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
    HeaderName::from_static("idempotency-replayed"),
    HeaderName::from_static("preference-applied"),
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
    HeaderName::from_static("x-request-id"),
];

/// Lets pages of these origins read the answers; none where there are none, and then no request passes anything.
/// Nothing that a browser adds by itself counts here, so that no page is told to send it (`Allow-Credentials`).
pub(crate) fn cors(origins: &[String]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins: Vec<_> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let layer = CorsLayer::new().allow_origin(origins).allow_methods(METHODS).allow_headers(SENT);
    Some(layer.expose_headers(TOLD).max_age(REMEMBERED))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn pages_may_send_every_header_that_the_document_knows() {
        let document: Value = serde_json::from_str(&crate::router::document()).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let parameters = operations.filter_map(|operation| operation["parameters"].as_array()).flatten();
        let mut named: Vec<_> = parameters
            .filter(|parameter| parameter["in"] == "header")
            .map(|parameter| parameter["name"].as_str().unwrap().to_lowercase())
            .collect();
        named.sort_unstable();
        named.dedup();
        assert!(named.len() > 3, "{named:?}");
        for name in named {
            assert!(SENT.iter().any(|sent| sent.as_str() == name), "{name}");
        }
    }
}
