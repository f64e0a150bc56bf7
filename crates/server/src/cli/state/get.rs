//! `waggle state get`.

use std::process::ExitCode;

use waggle_task_queue::model::{StateEntry, StateKey};

use crate::cli::{
    client::{Call, ConnectArgs, json},
    path, print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct GetArgs {
    /// The key
    #[arg(value_name = "KEY", value_parser = path::key)]
    key: StateKey,

    /// Print all of it: key, value, version, when and by whom it was changed
    #[arg(long)]
    full: bool,

    /// Print a text as it is, not as JSON
    #[arg(long, conflicts_with = "full")]
    text: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: GetArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let body = service.call(&Call::get(path::state(&args.key))).await?;
    if args.full {
        print::value(&body)?;
        return Ok(ExitCode::SUCCESS);
    }
    let entry: StateEntry = json(&body)?;
    let text = if args.text { serde_json::from_str::<String>(entry.value.as_str()).ok() } else { None };
    match text {
        Some(text) => print::raw(format!("{text}\n").as_bytes())?,
        None => print::value(entry.value.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}
