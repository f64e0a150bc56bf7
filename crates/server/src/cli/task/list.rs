//! `waggle task list`.

use std::process::ExitCode;

use super::filter::FilterArgs;
use crate::cli::{
    client::{Call, ConnectArgs},
    pages::{self, PageArgs},
    service::Service,
};

#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub(super) struct ListArgs {
    #[command(flatten)]
    filter: FilterArgs,

    #[command(flatten)]
    pages: PageArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

const CONTRACT: &str = "\
What is printed has to fit all that is named: state after state, the newest first within each. Tasks move while they \
are read, so a list is no picture of one instant. One that goes from state to state meanwhile is printed once, as it \
was met first, and one that goes back to a state already passed may be missing; a list of one state leaves none out \
that stays in it.";

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = args.filter.query(Call::get("/tasks"));
    pages::print_once(&service, &call, &args.pages, "tasks").await?;
    Ok(ExitCode::SUCCESS)
}
