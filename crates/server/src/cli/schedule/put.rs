//! `waggle schedule put`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{Json, ScheduleName};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args, Serialize)]
#[command(after_help = CONTRACT)]
pub(super) struct PutArgs {
    /// Name of the schedule
    #[arg(value_name = "NAME")]
    #[serde(skip)]
    name: ScheduleName,

    /// When it is due: minute, hour, day of the month, month, weekday; with seconds in front where there are six fields
    #[arg(long, value_name = "CRON")]
    cron: String,

    /// The task that is submitted each time, as a submit has it: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", value_parser = task)]
    task: Json,

    /// Time zone of its times, by its IANA name [default: UTC]
    #[arg(long, value_name = "ZONE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,

    /// What becomes of a time that comes while the task of the run before is unfinished: it is left out, or runs
    /// [default: skip]
    #[arg(long, value_parser = ["skip", "allow"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    overlap: Option<String>,

    /// What becomes of times noticed more than a minute late, because no server was up: left out, or one run for all
    /// [default: skip]
    #[arg(long, value_parser = ["skip", "once"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<String>,

    /// It stands still until it is resumed
    #[arg(long)]
    paused: bool,

    #[command(flatten)]
    #[serde(skip)]
    connect: ConnectArgs,
}

const CONTRACT: &str = "\
All of it is said anew: what is left out here is the default, whatever was said before. A schedule that is there keeps \
its counts and its last run.

  waggle schedule put weekly --cron '0 6 * * MON' --timezone Europe/Berlin --task '{\"queue\":\"reports\",\"payload\":7}'";

pub(super) async fn run(args: PutArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::put(format!("/schedules/{}", args.name)).json(&args)?;
    print::value(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}

fn task(text: &str) -> anyhow::Result<Json> {
    source::json(text, "not JSON")
}
