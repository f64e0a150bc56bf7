//! `waggle state patch`.

use std::process::ExitCode;

use waggle_task_queue::model::StateKey;

use super::guard::GuardArgs;
use crate::cli::{
    client::{Call, ConnectArgs},
    path, print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct PatchArgs {
    /// The key
    #[arg(value_name = "KEY", value_parser = path::key)]
    key: StateKey,

    /// A merge patch: members that are named are set, those that are null are removed. JSON, @FILE, or - for
    /// standard input
    #[arg(value_name = "PATCH", allow_hyphen_values = true)]
    patch: String,

    #[command(flatten)]
    guard: GuardArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: PatchArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let patch = source::json(&args.patch, "the patch is not JSON")?;
    // Applied a second time, a merge patch changes what it has set already to the same.
    let call = Call::patch(path::state(&args.key)).json(&patch)?;
    print::answer(&service.call(&args.guard.guard_once(call)).await?)?;
    Ok(ExitCode::SUCCESS)
}
