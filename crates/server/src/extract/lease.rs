//! `X-Lease`, for a change that happens only while a task is held.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use waggle_task_queue::model::WriterLease;

use super::state::lease;
use crate::app::App;
use crate::problem::Problem;

/// The lease that the request names, if it names one.
#[derive(Debug)]
pub(crate) struct LeaseHeader(pub(crate) Option<WriterLease>);

impl FromRequestParts<App> for LeaseHeader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        lease(&parts.headers).map(Self)
    }
}
