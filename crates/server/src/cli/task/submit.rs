//! `waggle task submit`.

use std::{process::ExitCode, time::Duration};

use serde::Deserialize;
use uuid::Uuid;
use waggle_task_queue::model::{Json, TaskId};

use super::{batch, template, template::Template, wait};
use crate::cli::{
    client::{Call, ConnectArgs, json},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct SubmitArgs {
    #[command(flatten)]
    template: Template,

    /// What the agent needs to know: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, conflicts_with_all = ["text", "lines", "batch"])]
    payload: Option<String>,

    /// The same as plain text: TEXT, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with_all = ["lines", "batch"])]
    text: Option<String>,

    /// One task for each line of FILE (or -), which is its payload, as text
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "dedup_key", "wait"])]
    lines: Option<String>,

    /// One task for each line of FILE (or -), which is a whole task, as JSON
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "wait", "queue", "kind", "priority", "delay_ms", "requires", "agent", "max_attempts", "lease_ms",
        "retention_ms", "tags", "metadata", "dedup_key",
    ])]
    batch: Option<String>,

    /// Makes this submit one and the same, however often it is sent within a day [default: a new one]
    #[arg(long, value_name = "TEXT")]
    idempotency_key: Option<String>,

    /// Wait for the end of the task, an hour or MS milliseconds; the exit status tells how it ended
    #[arg(long, value_name = "MS", num_args = 0..=1, require_equals = true, default_missing_value = "3600000")]
    wait: Option<u64>,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: SubmitArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let key = args.idempotency_key.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
    match (&args.batch, &args.lines) {
        (Some(name), _) => batch::tasks(&service, &key, name).await,
        (_, Some(name)) => batch::lines(&service, &key, name, &args.template).await,
        (None, None) => one(&service, key, &args).await,
    }
}

async fn one(service: &Service, key: String, args: &SubmitArgs) -> anyhow::Result<ExitCode> {
    let payload = payload(args)?;
    let call = Call::post("/tasks").idempotency_key(key).json(&args.template.fill(payload.as_ref()))?;
    let body = service.call(&call).await?;
    let Some(wait_ms) = args.wait else {
        print::value(&body)?;
        return Ok(ExitCode::SUCCESS);
    };
    let Accepted { id } = json(&body)?;
    let body = wait::until_finished(service, &id.to_string(), Duration::from_millis(wait_ms)).await?;
    print::value(&body)?;
    Ok(wait::exit_code(&body)?)
}

fn payload(args: &SubmitArgs) -> anyhow::Result<Option<Json>> {
    Ok(match (&args.payload, &args.text) {
        (Some(value), _) => Some(template::payload(value)?),
        (None, Some(value)) => Some(source::string(value)?),
        (None, None) => None,
    })
}

#[derive(Deserialize)]
struct Accepted {
    id: TaskId,
}
