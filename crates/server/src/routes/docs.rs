//! The OpenAPI document as a page for people.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;
use crate::reply::KeptOnce;

/// As for the operators' page, but that this one, which others wrote, writes styles into its elements.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
     img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
];

/// The page and its files; of no interest to programs, so not in the document.
pub(crate) fn files() -> Router<App> {
    let page = SwaggerUi::new("/docs").config(Config::from("/openapi.json"));
    Router::from(page).layer(map_response(apply))
}

async fn apply(mut response: Response) -> Response {
    response.headers_mut().extend(HEADERS);
    response.extensions_mut().insert(KeptOnce);
    response
}
