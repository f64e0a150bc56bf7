//! Lists, page after page.

use std::collections::HashSet;
use std::process::ExitCode;

use serde::Deserialize;
use waggle_task_queue::{
    limits::PAGE_DEFAULT,
    model::{Json, TaskId},
};

use super::{
    client::{Call, ConnectArgs, json},
    print,
    service::Service,
};

/// Items of one request: a page of them with large values still fits into memory.
const PAGE: usize = 100;

/// How much of a list is wanted.
#[derive(Debug, Clone, clap::Args)]
pub(in crate::cli) struct PageArgs {
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = PAGE_DEFAULT)]
    limit: usize,

    /// All of them
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

/// Of a list of which nothing is asked but how much of it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListArgs {
    #[command(flatten)]
    pages: PageArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

impl ListArgs {
    /// As [`print()`].
    ///
    /// # Errors
    /// As [`print()`].
    pub(in crate::cli) async fn print(&self, call: &Call, things: &str) -> anyhow::Result<ExitCode> {
        print(&Service::open(&self.connect)?, call, &self.pages, things).await?;
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Json>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Identified {
    id: TaskId,
}

/// Prints what `call` lists, and says on standard error when there are more `things`.
///
/// # Errors
/// When the service refuses or cannot be reached, or nobody reads.
pub(in crate::cli) async fn print(
    service: &Service,
    call: &Call,
    args: &PageArgs,
    things: &str,
) -> anyhow::Result<()> {
    print_those(service, call, args, things, |_| Ok(true)).await
}

/// As [`print()`], for tasks, of which one may stand on two pages because it has moved in between: the second time it is
/// passed over. Keeps the id of each, 16 bytes.
///
/// # Errors
/// As [`print()`].
pub(in crate::cli) async fn print_once(
    service: &Service,
    call: &Call,
    args: &PageArgs,
    things: &str,
) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    print_those(service, call, args, things, |item| {
        let Identified { id } = serde_json::from_slice(item.as_bytes())?;
        Ok(seen.insert(id))
    })
    .await
}

async fn print_those(
    service: &Service,
    call: &Call,
    args: &PageArgs,
    things: &str,
    mut is_new: impl FnMut(&Json) -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let mut left = if args.all { usize::MAX } else { args.limit };
    let mut cursor = None;
    while left > 0 {
        let next = call.clone().query("limit", Some(left.min(PAGE))).query("cursor", cursor);
        let page: Page = json(&service.call(&next).await?)?;
        for item in page.items.iter().take(left) {
            if is_new(item)? {
                print::value(item.as_bytes())?;
                left -= 1;
            }
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    if cursor.is_some() {
        eprintln!("waggle: there are more {things}: --all prints them all");
    }
    Ok(())
}
