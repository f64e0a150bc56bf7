use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{Asset, policy};
use crate::problem::Problem;
use crate::reply::Reply;

/// The file `name`, or 304 where the browser has it already.
///
/// # Errors
/// 404 when there is no such file.
pub(crate) fn reply(name: &str, request: &HeaderMap) -> Result<Response, Problem> {
    let asset = Asset::of(name).ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let tag = asset.tag();
    let mut response = if has(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Reply::of(StatusCode::OK, asset.media_type(), Body::from(asset.bytes())).kept_once().into_response()
    };
    let headers = response.headers_mut();
    policy::apply(headers);
    // A hash in hexadecimal digits is always a header value.
    headers.extend(tag.parse().ok().map(|tag| (header::ETAG, tag)));
    Ok(response)
}

/// Whether the browser names the tag among those it has (RFC 9110, 13.1.2).
fn has(request: &HeaderMap, tag: &str) -> bool {
    let named = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|each| each.trim().trim_start_matches("W/") == tag)
}
