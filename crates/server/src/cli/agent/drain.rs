//! `waggle agent drain`.

use std::process::ExitCode;

use super::args::NamesArgs;
use crate::cli::{client::Call, each, service::Service};

pub(super) async fn run(args: &NamesArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    each::run(&service, &args.names, |name| Call::post(format!("/agents/{name}/drain"))).await
}
