use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use futures_util::stream;
use tokio::sync::mpsc;
use waggle_task_queue::model::SwarmName;

use crate::app::App;
use crate::extract;
use crate::problem::{CallProblems, Problem, SwarmProblems};
use crate::reply::Reply;
use crate::snapshots::Desk;

pub(super) const MEDIA_TYPE: &str = "application/x-ndjson";
/// Pages that wait for the client.
const PAGES: usize = 1;

/// Export a swarm
///
/// All of it as lines of JSON: agents, inboxes, messages, state and tasks, and a last line with counts and a digest,
/// without which a file is not complete. Events, idempotency keys, claim ids and leases are not part of it. The swarm
/// may be worked on meanwhile: each record is read at one instant, all of them are not. A task that exists from the
/// start to the end of the export is in it.
#[utoipa::path(
    get,
    path = "/v1/swarms/{swarm}/snapshot",
    operation_id = "snapshot_export",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    responses(
        (status = 200, description = "The snapshot. An answer that breaks off is not one.", body = String, content_type = "application/x-ndjson"),
        SwarmProblems, CallProblems,
    ),
)]
pub(crate) async fn export(app: State<App>, swarm: extract::Swarm) -> Result<Reply, Problem> {
    let place = app.desk().export().ok_or_else(Desk::busy)?;
    let export = app.queue().export_swarm(&swarm.0).await?;
    let (sender, pages) = mpsc::channel(PAGES);
    tokio::spawn(async move {
        export.send(sender).await;
        drop(place);
    });
    let body = stream::unfold(pages, async |mut pages| Some((pages.recv().await?, pages)));
    Ok(Reply::of(StatusCode::OK, HeaderValue::from_static(MEDIA_TYPE), Body::from_stream(body)))
}
