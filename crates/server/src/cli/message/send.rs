//! `waggle message send`.

use std::process::ExitCode;

use uuid::Uuid;
use waggle_task_queue::model::{AgentName, Json, MessageId, NewMessage, Text, To, TopicName};

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

#[derive(Debug, clap::Args)]
pub(super) struct SendArgs {
    /// Who sends it
    #[arg(long, env = "WAGGLE_AGENT", value_name = "NAME")]
    from: AgentName,

    #[command(flatten)]
    to: ToArgs,

    /// What it says: JSON, @FILE, or - for standard input
    #[arg(long, value_name = "JSON", allow_hyphen_values = true, conflicts_with = "text")]
    body: Option<String>,

    /// The same as plain text: TEXT, @FILE, or - for standard input
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Option<String>,

    /// What kind of message it is, free text
    #[arg(long, value_name = "TEXT")]
    kind: Option<Text>,

    /// The message that it answers
    #[arg(long, value_name = "ID")]
    reply_to: Option<MessageId>,

    /// What several messages have in common, free text
    #[arg(long, value_name = "TEXT")]
    correlation_id: Option<Text>,

    /// Time it is kept for those who do not acknowledge it [default: 86400000]
    #[arg(long, value_name = "MS")]
    ttl_ms: Option<u64>,

    /// Makes this message one and the same, however often it is sent within a day [default: a new one]
    #[arg(long, value_name = "TEXT")]
    idempotency_key: Option<String>,

    #[command(flatten)]
    connect: ConnectArgs,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct ToArgs {
    /// The agent it is for
    #[arg(long, value_name = "NAME")]
    to: Option<AgentName>,

    /// For all agents that subscribe to this topic, but for the sender
    #[arg(long, value_name = "NAME")]
    topic: Option<TopicName>,

    /// For all agents of the swarm, but for the sender
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(args: SendArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let body = body(&args)?;
    let key = args.idempotency_key.unwrap_or_else(|| Uuid::new_v4().to_string());
    let message = NewMessage {
        from: args.from,
        to: To { agent: args.to.to, topic: args.to.topic, swarm: args.to.all.then_some(true) },
        kind: args.kind,
        body,
        reply_to: args.reply_to,
        correlation_id: args.correlation_id,
        ttl_ms: args.ttl_ms,
    };
    let call = Call::post("/messages").idempotency_key(key).json(&message)?;
    print::answer(&service.call(&call).await?)?;
    Ok(ExitCode::SUCCESS)
}

fn body(args: &SendArgs) -> anyhow::Result<Option<Json>> {
    Ok(match (&args.body, &args.text) {
        (Some(value), _) => Some(source::json(value, "the body is not JSON: give text with --text")?),
        (None, Some(value)) => Some(source::string(value)?),
        (None, None) => None,
    })
}
