use std::io::BufReader;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use waggle_task_queue::SnapshotCounts;
use waggle_task_queue::model::SwarmName;

use crate::app::App;
use crate::extract::{self, Lines};
use crate::problem::{CallProblems, Problem, SnapshotProblems};
use crate::reply::Reply;
use crate::snapshots::Desk;

/// Bytes of the file that are read at a time.
const READ: usize = 256 * 1_024;

/// A snapshot that was restored.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Restored {
    /// The swarm into which it was restored.
    swarm: SwarmName,
    /// Lines of each kind that it had.
    restored: SnapshotCounts,
}

/// Restore a swarm
///
/// Into a swarm that exists and is empty. The whole file is checked first: a broken one changes nothing. While it is
/// written the swarm is hidden (404 for every call); it appears complete. Running tasks come back as ready, their
/// attempt not counted, and their old tokens are worth nothing. Agents have their time to live from now on to show up.
/// Where a server was killed meanwhile, the swarm stays hidden: restore it again, or delete it.
#[utoipa::path(
    put,
    path = "/v1/swarms/{swarm}/snapshot",
    operation_id = "snapshot_restore",
    tag = "swarms",
    params(("swarm" = SwarmName, Path, description = "Name of the swarm")),
    request_body(content = String, content_type = "application/x-ndjson", description = "What an export answered."),
    responses(
        (status = 200, description = "All of it was restored.", body = Restored),
        SnapshotProblems, CallProblems,
    ),
)]
pub(crate) async fn restore(app: State<App>, swarm: extract::Swarm, lines: Lines) -> Result<Reply, Problem> {
    let place = app.desk().restore().ok_or_else(Desk::busy)?;
    app.queue().check_restorable(&swarm.0).await?;
    let (checked, file) = app.desk().spool(lines.0).await?;
    let (queue, name) = (app.queue().clone(), swarm.0.clone());
    // Goes on when the client hangs up: a restore that breaks off has to be undone.
    let restoring = tokio::spawn(async move {
        let restored = queue.restore_swarm(&name, &checked, BufReader::with_capacity(READ, file)).await;
        drop(place);
        restored
    });
    let restored = restoring.await.map_err(|error| Problem::internal(error.to_string()))??;
    Reply::json(StatusCode::OK, &Restored { swarm: swarm.0, restored })
}
