//! `waggle task act`.

use std::{process::ExitCode, time::Duration};

use serde::{Deserialize, Serialize};
use waggle_task_queue::model::TaskFilter;

use super::filter::FilterArgs;
use crate::cli::{
    client::{Call, ConnectArgs, json},
    print,
    service::Service,
};

/// How long the one try may take: what does not fit has to be passed over.
const WAIT: Duration = Duration::from_secs(50);

#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub(super) struct ActArgs {
    /// What is done to each of them
    #[arg(value_name = "ACTION", value_parser = ["cancel", "retry", "delete"])]
    action: String,

    #[command(flatten)]
    filter: FilterArgs,

    /// So many tasks at most [default: 1000]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    #[command(flatten)]
    connect: ConnectArgs,
}

const CONTRACT: &str = "\
Treats the tasks that fit all that is named, of which there has to be something: cancel those that have not finished, \
retry those that failed or were cancelled, delete for good those that nobody holds.

  waggle task act retry --queue mails --status failed

What is printed is how many matched, how many changed, and whether there are `more` that were not treated.";

#[derive(Serialize)]
struct Request {
    action: String,
    filter: TaskFilter,
    limit: Option<usize>,
}

#[derive(Deserialize)]
struct Acted {
    more: bool,
}

pub(super) async fn run(args: ActArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let request = Request { action: args.action, filter: args.filter.into(), limit: args.limit };
    // Applied twice, it would treat more tasks than were asked for.
    let call = Call::post("/tasks/actions").once().waiting(WAIT).json(&request)?;
    let body = service.call(&call).await?;
    print::value(&body)?;
    if json::<Acted>(&body)?.more {
        eprintln!("waggle: there are more tasks that match: run it again, or with a higher --limit");
    }
    Ok(ExitCode::SUCCESS)
}
