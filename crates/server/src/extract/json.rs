//! Bodies that are JSON.

use axum::body::{Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use waggle_task_queue::model::scan_to;

use super::body::{BodyLimits, read, require_json};
use super::field::locate;
use super::kept::Kept;
use crate::app::App;
use crate::clients::address;
use crate::problem::{Code, Problem};

/// A body as `T`.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

/// Bytes that a body may have beyond the limit where one value in it may fill the limit alone.
const ENVELOPE_BYTES: usize = 1_024;

/// A body as `T`, which holds one value that may be as large as a whole body.
#[derive(Debug)]
pub(crate) struct Enveloped<T>(pub(crate) T);

/// A body as `T`, or `T`'s default where there is none.
#[derive(Debug)]
pub(crate) struct OptionalJson<T>(pub(crate) T);

/// The body of a call that takes no fields: none at all, or an empty object.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A call whose path says everything.
pub(crate) type NoBody = OptionalJson<Option<Nothing>>;

/// A body that is JSON as far as [`parse`] has not said otherwise: for handlers that
/// need its bytes, or parse it piece by piece.
#[derive(Debug)]
pub(crate) struct RawJson(Bytes);

impl RawJson {
    /// # Errors
    /// 400 where it holds what no reader of its raw values could.
    pub(crate) fn scanned(bytes: Bytes, depth: usize) -> Result<Self, Problem> {
        scan_to(&bytes, depth).map_err(|problem| malformed(&problem.to_string()))?;
        Ok(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// # Errors
    /// 400 when the bytes are not UTF-8.
    pub(crate) fn text(&self) -> Result<&str, Problem> {
        std::str::from_utf8(&self.0).map_err(|_| malformed("it is not UTF-8"))
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let raw = RawJson::from_request(request, app).await?;
        parse(raw.text()?).map(Self)
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Enveloped<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let limits = app.body_limits();
        let limits = BodyLimits { bytes: limits.bytes + ENVELOPE_BYTES, ..limits };
        parse(raw(request, app, limits).await?.text()?).map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<App> for OptionalJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        if request.body().is_end_stream() {
            return Ok(Self(T::default()));
        }
        Json::from_request(request, app).await.map(|Json(value)| Self(value))
    }
}

impl FromRequest<App> for RawJson {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        raw(request, app, app.body_limits()).await
    }
}

async fn raw(request: Request, app: &App, limits: BodyLimits) -> Result<RawJson, Problem> {
    require_json(request.headers())?;
    let (from, kept) = (address(request.extensions()), request.extensions().get::<Kept>().cloned());
    // The headers share their memory with the connection's buffer: whoever keeps
    // them through a long poll keeps the buffer.
    let body = request.into_body();
    let (bytes, charge) = read(body, limits, || app.in_flight().account(from).charge()).await?;
    if let Some(kept) = kept {
        kept.keep(charge);
    }
    RawJson::scanned(bytes, limits.depth)
}

/// The text as `T`.
///
/// # Errors
/// 400 when it is not JSON, 422 with a pointer when it is not a `T`.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    refuse_array(text)?;
    serde_json::from_str(text).map_err(|error| explain::<T>(text, &error))
}

/// As [`parse`], for a `T` that borrows from the text; `Owned` is its shape without the borrowing.
///
/// # Errors
/// As for [`parse`].
pub(crate) fn parse_borrowed<'a, T, Owned>(text: &'a str) -> Result<T, Problem>
where
    T: Deserialize<'a>,
    Owned: DeserializeOwned,
{
    refuse_array(text)?;
    serde_json::from_str(text).map_err(|error| explain::<Owned>(text, &error))
}

/// A text that is not JSON may have a field that is unknown before it ends: then it is still not JSON.
fn explain<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return malformed(&error.to_string());
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(IgnoredAny) => locate::<T>(text, error),
        Err(error) => malformed(&error.to_string()),
    }
}

/// `serde` would take an array for the fields of an object in their order.
fn refuse_array(text: &str) -> Result<(), Problem> {
    if !text.trim_ascii_start().starts_with('[') {
        return Ok(());
    }
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(IgnoredAny) => Err(Problem::field("", "invalid type: array, expected an object")),
        Err(error) => Err(malformed(&error.to_string())),
    }
}

fn malformed(why: &str) -> Problem {
    Problem::new(Code::MalformedJson, format!("the body is not JSON: {why}"))
}
