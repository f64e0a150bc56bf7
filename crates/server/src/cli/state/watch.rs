//! `waggle state watch`.

use std::{process::ExitCode, time::Duration};

use serde::Deserialize;
use waggle_task_queue::model::Json;

use crate::cli::{
    client::{Call, CallError, ConnectArgs, json},
    polls::{NOTHING_IN_TIME, Polls},
    print,
    service::Service,
};

/// Changes of one request: a page of them with large values still fits into memory.
const PAGE: u64 = 100;

#[derive(Debug, clap::Args)]
pub(super) struct WatchArgs {
    /// Only keys that begin so
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,

    /// Begin after this version; 0: with all that is there [default: now]
    #[arg(long, value_name = "VERSION")]
    since: Option<u64>,

    /// Stop after so many changes [default: go on until stopped]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Stop when nothing has changed for so long
    #[arg(long, value_name = "MS")]
    wait_ms: Option<u64>,

    #[command(flatten)]
    connect: ConnectArgs,
}

/// The changes as they came.
#[derive(Deserialize)]
struct Page {
    items: Vec<Json>,
    version: u64,
}

pub(super) async fn run(args: WatchArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let mut since = match args.since {
        Some(since) => since,
        None => present(&service, &args).await?,
    };
    let mut left = args.limit.unwrap_or(u64::MAX);
    let limit = args.wait_ms.map(Duration::from_millis);
    let mut polls = Polls::within(limit);
    while left > 0 {
        let (wait, is_last) = polls.next_wait();
        let page = changes(&service, &args, since, left, wait).await?;
        for item in &page.items {
            print::line(item.as_bytes())?;
        }
        since = page.version;
        left = left.saturating_sub(page.items.len() as u64);
        if !page.items.is_empty() {
            polls = Polls::within(limit);
        } else if is_last {
            return Ok(NOTHING_IN_TIME.into());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The version of the last change there was.
async fn present(service: &Service, args: &WatchArgs) -> Result<u64, CallError> {
    let call = Call::get("/state").query("prefix", args.prefix.as_ref()).query("limit", Some(1));
    json::<Page>(&service.call(&call).await?).map(|page| page.version)
}

/// Of a key that has changed several times since the last look, the last change.
async fn changes(
    service: &Service,
    args: &WatchArgs,
    since: u64,
    left: u64,
    wait: Duration,
) -> Result<Page, CallError> {
    let call = Call::get("/state")
        .waiting(wait)
        .query("prefix", args.prefix.as_ref())
        .query("since_version", Some(since))
        .query("limit", Some(left.min(PAGE)))
        .query("wait_ms", Some(wait.as_millis()));
    json(&service.call_lasting(&call).await?)
}
