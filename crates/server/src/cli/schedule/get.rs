//! `waggle schedule get`.

use std::process::ExitCode;

use super::args::NamedArgs;
use crate::cli::{client::Call, print, service::Service};

pub(super) async fn run(args: NamedArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    print::value(&service.call(&Call::get(format!("/schedules/{}", args.name))).await?)?;
    Ok(ExitCode::SUCCESS)
}
