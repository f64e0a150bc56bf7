use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The page speaks to its own service alone, and no text can become markup or a script: browsers refuse both.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // Asked for anew each time and answered with a tag: after an upgrade nobody has half of an old page.
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
];

/// What a browser may do with the page.
pub(super) fn apply(headers: &mut HeaderMap) {
    headers.extend(HEADERS);
}
