use axum::response::{IntoResponse, Response};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::problem::{Code, Problem};

/// Keeps pages of other sites from changing anything by way of a browser that reaches this service: without
/// tokens it would not even take the visitor's password. Programs are no browsers and are not concerned.
pub(crate) fn cross_site() -> CsrfLayer<fn(ProtectionError) -> Response> {
    CsrfLayer::new().with_rejection_response(refuse)
}

fn refuse(_: ProtectionError) -> Response {
    let detail = "a browser sent this for a page that does not come from this service (Sec-Fetch-Site, or Origin beside \
                  Host, say so): such pages may read and change nothing here";
    Problem::new(Code::CrossSite, detail).into_response()
}
