//! What all workers of one agent share.

use std::{ffi::OsString, time::Duration};

use waggle_task_queue::model::{AgentName, Capability, QueueName};

use super::{args::RunArgs, program};
use crate::cli::client::Client;

/// One agent's settings, checked.
pub(super) struct Settings {
    pub(super) client: Client,
    pub(super) agent: AgentName,
    pub(super) queues: Vec<QueueName>,
    pub(super) capabilities: Vec<Capability>,
    pub(super) lease_ms: Option<u64>,
    pub(super) grace: Duration,
    /// How long a service that does not answer is asked again.
    pub(super) patience: Duration,
    pub(super) raw_json: bool,
    pub(super) program: OsString,
    pub(super) arguments: Vec<OsString>,
}

impl Settings {
    /// Checks what the flags say before the first task is touched.
    ///
    /// # Errors
    /// When the service's address is wrong or the command does not exist.
    pub(super) fn new(args: RunArgs) -> anyhow::Result<Self> {
        let client = Client::new(&args.connect)?;
        let mut words = args.command.into_iter();
        let program = words.next().unwrap_or_default();
        program::check(&program)?;
        Ok(Self {
            client,
            agent: args.agent.unwrap_or_else(own_name),
            queues: args.queues,
            capabilities: args.capabilities,
            lease_ms: args.lease_ms,
            grace: Duration::from_millis(args.grace_ms),
            patience: Duration::from_millis(args.give_up_after_ms),
            raw_json: args.raw_json,
            program,
            arguments: words.collect(),
        })
    }
}

/// The host's name and the process id, as far as names allow: two agents on one host differ.
fn own_name() -> AgentName {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host: String =
        host.trim().chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(64).collect();
    let pid = std::process::id();
    format!("{host}-{pid}")
        .parse()
        .or_else(|_| format!("agent-{pid}").parse())
        .expect("the word agent, a dash and digits are a name")
}
