//! `waggle task count`.

use std::process::ExitCode;

use super::filter::FilterArgs;
use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
};

#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub(super) struct CountArgs {
    #[command(flatten)]
    filter: FilterArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

const CONTRACT: &str = "\
Exact, and no task is looked at. Tasks are counted by --queue, --type, --tag, --parent or --agent, one of them at a time, \
each with or without --status. By --agent completed ones are not counted, and the answer says so: `waggle agent get` tells \
how many an agent has completed.";

pub(super) async fn run(args: CountArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    print::value(&service.call(&args.filter.query(Call::get("/tasks/count"))).await?)?;
    Ok(ExitCode::SUCCESS)
}
