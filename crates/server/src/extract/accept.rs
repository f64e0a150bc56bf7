//! `Accept` (RFC 9110, section 12.5.1), as far as it chooses between JSON and plain text.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

/// What an answer shall be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    /// JSON, unless something else is asked for by name.
    Json,
    /// Text for people: `text/plain` is named, and liked better than `application/json`.
    Text,
}

impl Accept {
    fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<_> = values.flat_map(|value| value.split(',')).map(range).collect();
        let liked = |media_type: &str| {
            let named = ranges.iter().filter(|(name, _)| name.eq_ignore_ascii_case(media_type));
            named.map(|(_, weight)| *weight).fold(0.0, f64::max)
        };
        if liked("text/plain") > liked("application/json") { Self::Text } else { Self::Json }
    }
}

/// A media range and how much it is liked; one whose weight cannot be read counts for nothing.
fn range(text: &str) -> (&str, f64) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    (name, weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
}

impl<S: Send + Sync> FromRequestParts<S> for Accept {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_for_those_who_name_it_and_like_it_better() {
        for (accept, text) in [
            (&[][..], false),
            (&["*/*"], false),
            (&["text/html,application/xhtml+xml,*/*;q=0.8"], false),
            (&["application/json, text/plain, */*"], false),
            (&["text/plain"], true),
            (&["TEXT/Plain; charset=utf-8"], true),
            (&["text/plain, */*;q=0.1"], true),
            (&["text/plain;q=0.5, application/json;q=0.4"], true),
            (&["text/plain;q=0.4, application/json;q=0.5"], false),
            (&["text/plain;q=0"], false),
            (&["text/plain;q=much"], false),
            (&["application/json;q=0.2", "text/plain"], true),
        ] {
            let headers = accept.iter().map(|value| (header::ACCEPT, value.parse().unwrap())).collect();
            assert_eq!(Accept::of(&headers) == Accept::Text, text, "{accept:?}");
        }
    }
}
