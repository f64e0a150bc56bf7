//! Lists, page after page.

use serde::Deserialize;
use waggle_task_queue::{limits::PAGE_DEFAULT, model::Json};

use super::{
    client::{Call, json},
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

#[derive(Deserialize)]
struct Page {
    items: Vec<Json>,
    next_cursor: Option<String>,
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
    let mut left = if args.all { usize::MAX } else { args.limit };
    let mut cursor = None;
    while left > 0 {
        let next = call.clone().query("limit", Some(left.min(PAGE))).query("cursor", cursor);
        let page: Page = json(&service.call(&next).await?)?;
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
        eprintln!("waggle: there are more {things}: --all prints them all");
    }
    Ok(())
}
