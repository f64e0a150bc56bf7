use axum::response::{IntoResponse, Response};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

use crate::problem::{Code, Problem};

/// The layer that refuses what pages of other sites would change.
pub(crate) type CrossSite = CsrfLayer<fn(ProtectionError) -> Response>;

/// Keeps pages of other sites from changing anything by way of a browser that reaches this service: without
/// tokens it would not even take the visitor's password. Programs are no browsers and are not concerned, nor are the pages
/// of `origins`.
///
/// # Errors
/// Where one is no origin.
pub(crate) fn cross_site(origins: &[String]) -> Result<CrossSite, ConfigError> {
    let trusting = origins.iter().try_fold(CsrfLayer::new(), CsrfLayer::add_trusted_origin)?;
    Ok(trusting.with_rejection_response(refuse))
}

fn refuse(_: ProtectionError) -> Response {
    let detail = "a browser sent this for a page that does not come from this service (Sec-Fetch-Site, or Origin beside \
                  Host, say so): such pages may read and change nothing here";
    Problem::new(Code::CrossSite, detail).into_response()
}
