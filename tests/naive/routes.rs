use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use crate::args::NaiveArgs;
use crate::functions;
use crate::redis_server::RedisServer;

const ROOT: &str = "naive:{default}";
const LEASE_MS: u32 = 30_000;
const PRIORITY: u8 = 5;

type Fields = Option<(String, String, String, u8, u32, u64)>;

/// Serves until it is asked to end.
///
/// # Errors
/// When it cannot listen, or has no Redis.
pub(crate) fn serve(args: &NaiveArgs) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let redis = RedisServer::start(&args.data_dir)?;
        let connection = redis.connect().await?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            ended = axum_server::bind(args.listen).serve(router(connection).into_make_service()) => Ok(ended?),
            _ = terminate.recv() => Ok(()),
        }
    })
}

fn router(connection: MultiplexedConnection) -> Router {
    Router::new()
        .route("/v1/swarms/{swarm}/tasks", post(submit))
        .route("/v1/swarms/{swarm}/claims", post(claim))
        .route("/v1/swarms/{swarm}/tasks/{id}/complete", post(complete))
        .route("/health/{kind}", get(|| async { Json(json!({})) }))
        .with_state(connection)
}

async fn submit(
    State(mut redis): State<MultiplexedConnection>,
    Json(body): Json<Value>,
) -> Result<Response, Failure> {
    let (id, queue) = (Uuid::now_v7().to_string(), text(&body, "queue"));
    let mut call = function(functions::SUBMIT);
    call.arg(&id).arg(&queue).arg(body["payload"].to_string()).arg(PRIORITY);
    let created: u64 = call.query_async(&mut redis).await?;
    let task = task(&id, &queue, &body["payload"], "ready", 0, created);
    Ok((StatusCode::CREATED, Json(task)).into_response())
}

async fn claim(
    State(mut redis): State<MultiplexedConnection>,
    Json(body): Json<Value>,
) -> Result<Response, Failure> {
    let (agent, queue) = (text(&body, "agent"), text(&body["queues"], 0));
    let token = Uuid::new_v4().to_string();
    let mut call = function(functions::CLAIM);
    call.arg(agent).arg(queue).arg(&token).arg(LEASE_MS);
    let fields: Fields = call.query_async(&mut redis).await?;
    let claimed = fields.map(|(id, queue, payload, _, attempt, created)| {
        let payload = serde_json::from_str(&payload).unwrap_or_default();
        let mut task = task(&id, &queue, &payload, "running", attempt, created);
        task["lease"] = json!({ "token": token, "expires_at": created + u64::from(LEASE_MS) });
        task
    });
    Ok(Json(json!({ "tasks": Vec::from_iter(claimed), "directive": "run" })).into_response())
}

async fn complete(
    State(mut redis): State<MultiplexedConnection>,
    Path((_, id)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Result<Response, Failure> {
    let mut call = function(functions::COMPLETE);
    call.arg(&id).arg(text(&body, "lease")).arg(body["result"].to_string());
    match call.query_async(&mut redis).await? {
        1 => Ok(Json(json!({ "id": id, "status": "completed" })).into_response()),
        _ => Ok(StatusCode::CONFLICT.into_response()),
    }
}

fn task(id: &str, queue: &str, payload: &Value, status: &str, attempt: u32, created: u64) -> Value {
    json!({
        "id": id, "swarm": "default", "queue": queue, "type": null, "status": status, "priority": PRIORITY,
        "payload": payload, "result": null, "error": null, "progress": null, "attempt": attempt,
        "max_attempts": 3, "agent": null, "requires": [], "depends_on": [], "parent": null, "tags": [],
        "metadata": {}, "cancel_requested": false, "created_at": created, "run_at": null,
        "started_at": null, "finished_at": null, "lease_expires_at": null,
    })
}

fn function(name: &str) -> redis::Cmd {
    let mut call = redis::cmd("FCALL");
    call.arg(name).arg(1).arg(ROOT);
    call
}

fn text(value: &Value, key: impl serde_json::value::Index) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Any failure of Redis: the bench stops at the first.
struct Failure(redis::RedisError);

impl From<redis::RedisError> for Failure {
    fn from(error: redis::RedisError) -> Failure {
        Failure(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}
