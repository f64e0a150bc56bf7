//! `waggle queue set`.

use std::process::ExitCode;

use serde::Serialize;
use waggle_task_queue::model::{Json, QueueName, Rate};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args, Serialize)]
#[command(after_help = CONTRACT)]
pub(super) struct SetArgs {
    /// The queue
    #[arg(value_name = "NAME")]
    #[serde(skip)]
    name: QueueName,

    /// Tasks that may wait in it; a submit beyond is refused [default: any number]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_depth: Option<u64>,

    /// Tasks of it that may run at once [default: any number]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<u64>,

    /// Tasks of one concurrency key that may run at once [default: any number]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency_per_key: Option<u64>,

    /// Tasks that may be handed out in a time: 100/1000 is a hundred in 1,000 ms [default: any number]
    #[arg(long, value_name = "N/MS", value_parser = rate)]
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,

    /// Time an agent may be silent that holds one of its tasks [default: 30000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_ms: Option<u64>,

    /// How often its tasks may be tried [default: 3]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_attempts: Option<u32>,

    /// The wait before each retry, such as {"kind":"fixed","base_ms":5000}: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", value_parser = backoff)]
    #[serde(skip_serializing_if = "Option::is_none")]
    backoff: Option<Json>,

    /// Time its tasks stay readable after their end [default: 3600000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_ms: Option<u64>,

    #[command(flatten)]
    #[serde(skip)]
    connect: ConnectArgs,
}

const CONTRACT: &str = "\
All of it is said anew: what is left out here has no limit, or the default of the service, whatever was said before. \
Whether the queue is paused or drains stays as it is. Limits hold from now on; the defaults of tasks are for those \
that are submitted from now on and do not say so themselves.

  waggle queue set mails --rate 100/1000 --concurrency 20 --max-attempts 5";

pub(super) async fn run(args: SetArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let call = Call::put(format!("/queues/{}", args.name)).json(&args)?;
    print::value(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}

fn rate(text: &str) -> Result<Rate, &'static str> {
    let number = |text: &str| text.parse().ok();
    let parts = text.split_once('/').and_then(|(limit, per_ms)| number(limit).zip(number(per_ms)));
    let (limit, per_ms) = parts.ok_or("two numbers with a slash between, such as 100/1000")?;
    Ok(Rate { limit, per_ms })
}

fn backoff(text: &str) -> anyhow::Result<Json> {
    source::json(text, "not JSON")
}
