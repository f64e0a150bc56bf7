//! `waggle message unsubscribe`.

use std::process::ExitCode;

use super::args::TopicArgs;
use crate::cli::{client::Call, print, service::Service};

pub(super) async fn run(args: TopicArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::delete(format!("/agents/{}/subscriptions/{}", args.agent, args.topic));
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}
