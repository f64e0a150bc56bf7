//! `waggle state delete`.

use std::process::ExitCode;

use waggle_task_queue::model::StateKey;

use super::guard::GuardArgs;
use crate::cli::{
    client::{Call, ConnectArgs},
    path, print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    /// The key
    #[arg(value_name = "KEY", value_parser = path::key)]
    key: StateKey,

    #[command(flatten)]
    guard: GuardArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: DeleteArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    // Applied twice, it would be refused the second time: the key is gone already.
    let call = args.guard.guard(Call::delete(path::state(&args.key))).once();
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}
