//! `waggle message ack`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{AgentName, MessageId};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
};

#[derive(Debug, clap::Args)]
pub(super) struct AckArgs {
    /// Whose inbox
    #[arg(long, env = "WAGGLE_AGENT", value_name = "NAME")]
    agent: AgentName,

    #[command(flatten)]
    which: WhichArgs,

    #[command(flatten)]
    connect: ConnectArgs,
}

#[derive(Debug, clap::Args, Serialize)]
#[group(required = true, multiple = false)]
struct WhichArgs {
    /// All messages up to this number
    #[arg(long, value_name = "SEQ")]
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to: Option<u64>,

    /// These messages
    #[arg(value_name = "ID")]
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<MessageId>>,
}

pub(super) async fn run(args: AckArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::post(format!("/agents/{}/inbox/ack", args.agent)).json(&args.which)?;
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}
