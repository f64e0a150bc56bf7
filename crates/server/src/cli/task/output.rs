//! `waggle task output`.

use std::{process::ExitCode, time::Duration};

use serde::Deserialize;
use waggle_task_queue::model::{Json, TaskId};

use crate::cli::{
    client::{Call, ConnectArgs, json},
    polls, print,
    service::Service,
};

/// Chunks of one request.
const PAGE: u64 = 100;

#[derive(Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// The task
    id: TaskId,

    /// Only chunks with a higher number than this one
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,

    /// Go on with what comes later, until the task has finished
    #[arg(long)]
    follow: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

/// The chunks as they came.
#[derive(Deserialize)]
struct Page {
    chunks: Vec<Json>,
    next: u64,
    done: bool,
}

pub(super) async fn run(args: &OutputArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let wait = if args.follow { polls::WAIT } else { Duration::ZERO };
    let mut after = args.after;
    loop {
        let call = Call::get(format!("/tasks/{}/output", args.id))
            .waiting(wait)
            .query("after", Some(after))
            .query("limit", Some(PAGE))
            .query("wait_ms", Some(wait.as_millis()));
        let body = if args.follow { service.call_lasting(&call).await } else { service.call(&call).await };
        let page: Page = json(&body?)?;
        for chunk in &page.chunks {
            print::line(chunk.as_bytes())?;
        }
        after = page.next;
        if page.done || (page.chunks.is_empty() && !args.follow) {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
