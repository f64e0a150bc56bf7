use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::clients::Client;
use crate::perf::LISTENERS;
use crate::problem::{CallProblems, Code, Problem};
use crate::sse::{self, Updating};

/// Follow what the refreshes find
///
/// Server-sent events from now on: `sample` with a `Sample` as in the history at each refresh, `alert` with an `Alert` that
/// fires or is resolved; comments tell that the connection is alive. A reader that is 64 updates behind misses the oldest:
/// an event `gone` says how many, and the stream goes on. One that takes nothing for `server.write_timeout_ms` is cut off. There
/// is nothing to resume from: who reconnects reads `/perf/history` and `/perf/alerts` first. 100 readers at most.
#[utoipa::path(
    get,
    path = "/perf/stream",
    operation_id = "perf_stream",
    tag = "operators",
    responses(
        (status = 200, description = "Samples and alerts as they come.", body = String, content_type = "text/event-stream"),
        CallProblems,
    ),
)]
pub(crate) async fn stream(app: State<App>, client: Client) -> Result<Response, Problem> {
    let waits = app.long_polls().join(client)?;
    let listener = app.monitor().updates().listen().ok_or_else(full)?;
    Ok(sse::response(Updating::new(listener), waits, app.sse_heartbeat()))
}

fn full() -> Problem {
    let detail = format!("this server has {LISTENERS} readers of updates already");
    Problem::new(Code::TooManyWaiting, detail).not_applied().after(std::time::Duration::from_secs(1))
}
