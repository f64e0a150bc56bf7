//! Bodies of many lines of JSON, which are read as they come.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;

use crate::app::App;
use crate::problem::{Code, Problem};

/// What such a body may be said to be. A form of a foreign page cannot say so.
const TYPES: [&str; 2] = ["application/x-ndjson", "application/ndjson"];

/// A body that is said to be lines of JSON.
#[derive(Debug)]
pub(crate) struct Lines(pub(crate) Body);

impl FromRequest<App> for Lines {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let said = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = said.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if TYPES.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
            return Ok(Self(request.into_body()));
        }
        Err(Problem::new(Code::UnsupportedMediaType, format!("send the body as {}", TYPES[0])))
    }
}
