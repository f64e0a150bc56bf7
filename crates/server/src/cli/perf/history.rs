//! `waggle perf history`.

use std::process::ExitCode;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cli::client::{Call, ServiceArgs, json};
use crate::cli::{print, service::Service};

#[derive(Debug, clap::Args)]
pub(super) struct HistoryArgs {
    /// Not before this time, such as 2026-01-31T12:00:00Z [default: as far back as samples are kept]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Not after this time [default: now]
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Samples at most; where there are more, each one stands for several
    #[arg(long, default_value_t = 720, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    points: u64,

    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Debug, Deserialize)]
struct History {
    samples: Vec<Box<RawValue>>,
}

pub(super) async fn run(args: HistoryArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.service.into())?;
    let call = Call::get("/perf/history")
        .of_the_service()
        .query("from", args.from)
        .query("to", args.to)
        .query("points", Some(args.points));
    let answer: Bytes = service.call(&call).await?;
    let history: History = json(&answer)?;
    history.samples.iter().try_for_each(|sample| print::line(sample.get().as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
