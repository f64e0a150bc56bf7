//! `waggle agent remove`.

use std::process::ExitCode;

use super::args::NamesArgs;
use crate::cli::{client::Call, each, service::Service};

pub(super) async fn run(args: &NamesArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    // Applied twice, it would be refused the second time: the agent is gone already.
    let call = |name: &_| Call::delete(format!("/agents/{name}")).once();
    each::run(&service, &args.names, call).await
}
