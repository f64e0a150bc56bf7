//! On whose behalf calls are made.

use std::sync::Arc;

use waggle_core::Call;

use super::TaskQueue;
use crate::model::{AgentName, WriterLease};

/// Behind a lease token on its way into Redis: the agent that must be its holder (`lua/parts/held.lua`). And before the
/// sender of a message, who must be registered (`lua/parts/send.lua`). No name has it.
const MUST_BE: char = '@';

/// Whose calls these are.
#[derive(Debug)]
pub(crate) struct Acting {
    /// The one agent that they may be of.
    agent: Option<AgentName>,
    /// Who changes the state where no lease says so.
    writer: AgentName,
}

impl TaskQueue {
    /// The same queue for the calls of somebody: leases of other agents than `agent`, where there is one, are lost to them,
    /// and messages are sent only while it is registered; changes of the state without a lease are by `writer`.
    #[must_use]
    pub fn acting_as(&self, agent: Option<&AgentName>, writer: &AgentName) -> Self {
        let acting = Acting { agent: agent.cloned(), writer: writer.clone() };
        Self { inner: Arc::clone(&self.inner), acting: Some(Arc::new(acting)) }
    }

    /// A lease token as the functions read it.
    pub(crate) fn own(&self, token: String) -> String {
        match self.agent() {
            Some(agent) => format!("{token}{MUST_BE}{agent}"),
            None => token,
        }
    }

    /// The sender of a message as the functions read it.
    pub(crate) fn sender(&self, from: &AgentName) -> String {
        if self.agent().is_some() { format!("{MUST_BE}{from}") } else { from.to_string() }
    }

    /// Adds who changes the state: task and token of the lease, else nothing and the writer, else nothing twice.
    pub(crate) fn add_writer(&self, call: &mut Call, lease: Option<&WriterLease>) {
        match (lease, &self.acting) {
            (Some(lease), _) => {
                call.arg(lease.task().encode(&mut [0; 36])).arg(self.own(lease.token().to_owned()))
            }
            (None, Some(acting)) => call.arg("").arg(acting.writer.as_str()),
            (None, None) => call.arg("").arg(""),
        };
    }

    fn agent(&self) -> Option<&AgentName> {
        self.acting.as_deref().and_then(|acting| acting.agent.as_ref())
    }
}
