//! `waggle message read`.

use std::{process::ExitCode, time::Duration};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use waggle_task_queue::model::{AgentName, Json, MessageId};

use crate::cli::{
    client::{Call, CallError, ConnectArgs, json},
    polls::{self, NOTHING_IN_TIME, Polls},
    print,
    service::Service,
};

/// Messages of one request.
const PAGE: u64 = 100;

#[derive(Debug, clap::Args)]
pub(super) struct ReadArgs {
    /// Whose inbox
    #[arg(long, env = "WAGGLE_AGENT", value_name = "NAME")]
    agent: AgentName,

    /// Only messages with a higher number than this one
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,

    /// So many at most [default: all there are]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Wait so long for a first message
    #[arg(long, value_name = "MS", conflicts_with = "follow")]
    wait_ms: Option<u64>,

    /// Go on with what comes later, until --limit is reached or this is stopped
    #[arg(long)]
    follow: bool,

    /// Take what was printed out of the inbox
    #[arg(long)]
    ack: bool,

    #[command(flatten)]
    connect: ConnectArgs,
}

/// The messages as they came.
#[derive(Deserialize)]
struct Page {
    messages: Vec<Json>,
    next: u64,
}

#[derive(Deserialize)]
struct Named {
    id: MessageId,
}

#[derive(Serialize)]
struct Acknowledgement {
    ids: Vec<MessageId>,
}

/// One reading of an inbox.
struct Reading<'a> {
    service: &'a Service,
    args: &'a ReadArgs,
    after: u64,
    left: u64,
}

pub(super) async fn run(args: ReadArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let left = args.limit.unwrap_or(u64::MAX);
    let mut reading = Reading { service: &service, args: &args, after: args.after, left };
    if let Some(limit) = args.wait_ms.map(Duration::from_millis) {
        let polls = Polls::within(Some(limit));
        loop {
            let (wait, is_last) = polls.next_wait();
            match reading.page(wait).await? {
                0 if is_last => return Ok(NOTHING_IN_TIME.into()),
                0 => {}
                _ => break,
            }
        }
    }
    let wait = if args.follow { polls::WAIT } else { Duration::ZERO };
    // A page may be short of what was asked for and have more behind it.
    while reading.left > 0 && (reading.page(wait).await? > 0 || args.follow) {}
    Ok(ExitCode::SUCCESS)
}

impl Reading<'_> {
    /// Prints the next messages, and acknowledges them where that is asked for; how many there were.
    async fn page(&mut self, wait: Duration) -> anyhow::Result<usize> {
        let call = Call::get(format!("/agents/{}/inbox", self.args.agent))
            .waiting(wait)
            .query("after", Some(self.after))
            .query("limit", Some(self.left.min(PAGE)))
            .query("wait_ms", Some(wait.as_millis()));
        let page: Page = json(&self.call(&call).await?)?;
        for message in &page.messages {
            print::line(message.as_bytes())?;
        }
        if self.args.ack && !page.messages.is_empty() {
            self.acknowledge(&page.messages).await?;
        }
        self.after = page.next;
        self.left = self.left.saturating_sub(page.messages.len() as u64);
        Ok(page.messages.len())
    }

    /// These alone: there may be older ones that were not asked for.
    async fn acknowledge(&self, messages: &[Json]) -> anyhow::Result<()> {
        let ids =
            messages.iter().map(|message| serde_json::from_str(message.as_str()).map(|Named { id }| id));
        let body = Acknowledgement { ids: ids.collect::<serde_json::Result<_>>()? };
        let call = Call::post(format!("/agents/{}/inbox/ack", self.args.agent)).json(&body)?;
        self.call(&call).await?;
        Ok(())
    }

    async fn call(&self, call: &Call) -> Result<Bytes, CallError> {
        if self.args.follow { self.service.call_lasting(call).await } else { self.service.call(call).await }
    }
}
