//! `waggle task list`.

use std::process::ExitCode;

use serde::Deserialize;
use waggle_task_queue::{
    limits::PAGE_DEFAULT,
    model::{Json, QueueName, Status},
};

use super::{print, service::Service};
use crate::cli::client::{Call, ConnectArgs, json};

/// Tasks of one request: a page of them with large payloads still fits into memory.
const PAGE: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only tasks in this state
    #[arg(long, value_name = "STATE")]
    status: Option<Status>,

    /// Only tasks of this queue
    #[arg(long, value_name = "NAME")]
    queue: Option<QueueName>,

    /// So many at most
    #[arg(long, value_name = "N", default_value_t = PAGE_DEFAULT)]
    limit: usize,

    /// All of them
    #[arg(long, conflicts_with = "limit")]
    all: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Json>,
    next_cursor: Option<String>,
}

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let mut left = if args.all { usize::MAX } else { args.limit };
    let mut cursor = None;
    while left > 0 {
        let page: Page = json(&service.call(&page(&args, left, cursor)).await?)?;
        for item in page.items.iter().take(left) {
            print::value(item.as_bytes())?;
        }
        left = left.saturating_sub(page.items.len());
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if cursor.is_some() {
        eprintln!("waggle: there are more tasks: --all prints them all");
    }
    Ok(ExitCode::SUCCESS)
}

fn page(args: &ListArgs, left: usize, cursor: Option<String>) -> Call {
    Call::get("/tasks")
        .query("status", args.status.map(Status::as_str))
        .query("queue", args.queue.as_ref())
        .query("limit", Some(left.min(PAGE)))
        .query("cursor", cursor)
}
