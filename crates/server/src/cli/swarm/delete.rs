//! `waggle swarm delete`.

use std::process::ExitCode;

use waggle_task_queue::model::SwarmName;

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct DeleteArgs {
    /// The swarm; it has to be named here, whatever --swarm says
    #[arg(value_name = "NAME")]
    name: SwarmName,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: DeleteArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect.or(Some(args.name)))?;
    // Applied twice, it would be refused the second time: the swarm is gone already.
    print::answer(&service.call(&Call::delete("").once()).await?)?;
    Ok(ExitCode::SUCCESS)
}
