//! `waggle schedule delete`.

use std::process::ExitCode;

use super::args::NamesArgs;
use crate::cli::{client::Call, each, service::Service};

pub(super) async fn run(args: &NamesArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    // Applied twice, it would be refused the second time: the schedule is gone already.
    each::run(&service, &args.names, |name| Call::delete(format!("/schedules/{name}")).once()).await
}
