//! Names and ids in the path.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use waggle_task_queue::model::{SwarmName, TaskId};

use crate::app::App;
use crate::problem::{Code, Problem};

/// `{swarm}`.
#[derive(Debug)]
pub(crate) struct Swarm(pub(crate) SwarmName);

/// `{swarm}` and `{id}`.
#[derive(Debug)]
pub(crate) struct SwarmTask {
    pub(crate) swarm: SwarmName,
    pub(crate) id: TaskId,
}

impl FromRequestParts<App> for Swarm {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        swarm(&params).map(Self)
    }
}

impl FromRequestParts<App> for SwarmTask {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        Ok(Self { swarm: swarm(&params)?, id: task_id(&params)? })
    }
}

async fn params(parts: &mut Parts, app: &App) -> Result<RawPathParams, Problem> {
    let undecodable = |_| Problem::new(Code::BadRequest, "the address is not percent-encoded UTF-8");
    RawPathParams::from_request_parts(parts, app).await.map_err(undecodable)
}

fn param<'a>(params: &'a RawPathParams, name: &str) -> &'a str {
    params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

fn swarm(params: &RawPathParams) -> Result<SwarmName, Problem> {
    param(params, "swarm").parse().map_err(|problem| Problem::field("/swarm", format!("{problem}")))
}

/// What is no id is the id of no task.
fn task_id(params: &RawPathParams) -> Result<TaskId, Problem> {
    param(params, "id").parse().map_err(|_| {
        Problem::new(Code::TaskNotFound, "there is no such task in this swarm: ids of tasks are UUIDs")
    })
}
