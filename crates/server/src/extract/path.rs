//! Names and ids in the path.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use uuid::Uuid;
use waggle_task_queue::model::{AgentName, QueueName, ScheduleName, SwarmName, TaskId, TokenName, TopicName};

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

/// `{swarm}` and `{agent}`.
#[derive(Debug)]
pub(crate) struct SwarmAgent {
    pub(crate) swarm: SwarmName,
    pub(crate) agent: AgentName,
}

/// `{swarm}` and `{queue}`.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SwarmQueue {
    /// Name of the swarm
    pub(crate) swarm: SwarmName,
    /// Name of the queue
    pub(crate) queue: QueueName,
}

/// `{swarm}` and `{name}` of a schedule.
#[derive(Debug)]
pub(crate) struct SwarmSchedule {
    pub(crate) swarm: SwarmName,
    pub(crate) name: ScheduleName,
}

/// `{swarm}`, `{agent}` and `{topic}`.
#[derive(Debug)]
pub(crate) struct SwarmAgentTopic {
    pub(crate) swarm: SwarmName,
    pub(crate) agent: AgentName,
    pub(crate) topic: TopicName,
}

/// `{id}` of a validation; what is no id is the id of none.
#[derive(Debug)]
pub(crate) struct ValidationId(pub(crate) Option<Uuid>);

impl FromRequestParts<App> for ValidationId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        Ok(Self(Uuid::parse_str(param(&params, "id")).ok()))
    }
}

/// `{name}` of a token.
#[derive(Debug)]
pub(crate) struct NamedToken(pub(crate) TokenName);

impl FromRequestParts<App> for NamedToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        named(&params, "name").map(Self)
    }
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

impl FromRequestParts<App> for SwarmAgent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        Ok(Self { swarm: swarm(&params)?, agent: named(&params, "agent")? })
    }
}

impl FromRequestParts<App> for SwarmQueue {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        Ok(Self { swarm: swarm(&params)?, queue: named(&params, "queue")? })
    }
}

impl FromRequestParts<App> for SwarmSchedule {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        Ok(Self { swarm: swarm(&params)?, name: named(&params, "name")? })
    }
}

impl FromRequestParts<App> for SwarmAgentTopic {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let params = params(parts, app).await?;
        Ok(Self { swarm: swarm(&params)?, agent: named(&params, "agent")?, topic: named(&params, "topic")? })
    }
}

pub(super) async fn params(parts: &mut Parts, app: &App) -> Result<RawPathParams, Problem> {
    let undecodable = |_| Problem::new(Code::BadRequest, "the address is not percent-encoded UTF-8");
    RawPathParams::from_request_parts(parts, app).await.map_err(undecodable)
}

pub(super) fn param<'a>(params: &'a RawPathParams, name: &str) -> &'a str {
    params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

pub(super) fn swarm(params: &RawPathParams) -> Result<SwarmName, Problem> {
    named(params, "swarm")
}

/// The parameter `name`, which is a name itself.
fn named<T: FromStr<Err: Display>>(params: &RawPathParams, name: &str) -> Result<T, Problem> {
    param(params, name).parse().map_err(|problem| Problem::field(format!("/{name}"), format!("{problem}")))
}

/// What is no id is the id of no task.
fn task_id(params: &RawPathParams) -> Result<TaskId, Problem> {
    param(params, "id").parse().map_err(|_| {
        Problem::new(Code::TaskNotFound, "there is no such task in this swarm: ids of tasks are UUIDs")
    })
}
