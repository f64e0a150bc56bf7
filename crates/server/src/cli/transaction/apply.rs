//! `waggle transaction`.

use std::process::ExitCode;

use anyhow::Context as _;
use uuid::Uuid;
use waggle_task_queue::model::Json;

use crate::cli::{
    client::{Call, ConnectArgs},
    print,
    service::Service,
    source,
};

/// Apply a transaction: all of it or nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct TransactionArgs {
    /// The transaction as JSON, - for standard input
    #[arg(value_name = "FILE")]
    file: String,

    /// Makes this transaction one and the same, however often it is sent within a day [default: a new one]
    #[arg(long, value_name = "TEXT")]
    idempotency_key: Option<String>,

    /// Write the state under this lease: the task has to be held under this token, and its agent is the writer
    #[arg(long, value_name = "ID TOKEN")]
    lease: Option<String>,

    #[command(flatten)]
    connect: ConnectArgs,
}

const CONTRACT: &str = "\
A transaction is a JSON object with conditions and with up to 100 operations, which are applied in their \
order:

  { \"if\":  [{ \"state\": \"plan\", \"version\": 7 }],
    \"ops\": [{ \"op\": \"task.complete\", \"id\": \"…\", \"lease\": \"…\", \"result\": {} },
            { \"op\": \"state.put\", \"key\": \"plan\", \"value\": {} },
            { \"op\": \"message.send\", \"message\": { \"from\": \"a1\", \"to\": { \"swarm\": true } } }] }

What is printed are the results of the operations, in their order. Where a condition or an operation cannot \
hold, nothing has changed, and the refusal on standard error ends with its place, such as `in ops/1`.

Exit status: 0 applied; 1 refused, or the service cannot be reached; 2 wrong usage.";

impl TransactionArgs {
    /// Applies the transaction.
    ///
    /// # Errors
    /// When the file cannot be read, or the service refuses or cannot be reached.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let service = Service::open(&self.connect)?;
        let text = source::file(&self.file)?;
        let transaction = Json::parse(text).with_context(|| format!("{} is not JSON", self.file))?;
        let key = self.idempotency_key.unwrap_or_else(|| Uuid::new_v4().to_string());
        let call = Call::post("/transactions").idempotency_key(key).header("x-lease", self.lease);
        print::answer(&service.call(&call.json(&transaction)?).await?)?;
        Ok(ExitCode::SUCCESS)
    }
}
