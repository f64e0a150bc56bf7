//! Parameters behind the question mark.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::field::refused;
use crate::app::App;
use crate::problem::Problem;

/// The query as `T`, which has to refuse what it does not know.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// # Errors
/// 422 with the name of the parameter.
pub(super) fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let input = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(input).map_err(|error| refused(error.path(), &error.inner().to_string()))
}
