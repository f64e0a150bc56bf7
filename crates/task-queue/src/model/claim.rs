//! Asking for work, and getting it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{AgentName, Capability, Invalid, QueueName, Stamp, Task, Text, invalid::Check};
use crate::limits::{CAPABILITIES, CLAIM_QUEUES, CLAIM_TASKS, LEASE_MS_MAX, LEASE_MS_MIN, WAIT_MS_MAX};

/// A wish for tasks.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Who asks.
    pub agent: AgentName,
    /// Where to look, the first queue first; `default` when none is named.
    #[serde(default = "default_queues")]
    pub queues: Vec<QueueName>,
    /// What the agent is able to do, for this claim; what it is registered with when null.
    #[serde(default)]
    pub capabilities: Option<Vec<Capability>>,
    /// How many tasks at most, 1 to 100.
    #[serde(default = "one")]
    pub max_tasks: usize,
    /// Lease of the tasks handed out, in milliseconds; each task's own when null.
    #[serde(default)]
    pub lease_ms: Option<u64>,
    /// How long to wait for a first task, in milliseconds, 0 to 60,000.
    #[serde(default)]
    pub wait_ms: u64,
    /// Names this claim: asked again under the same id, the same tasks are answered while they are still held.
    #[serde(default)]
    pub claim_id: Option<Text>,
}

pub(super) fn default_queues() -> Vec<QueueName> {
    vec![QueueName::default()]
}

pub(super) const fn one() -> usize {
    1
}

impl Claim {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<(), Invalid> {
        if let Some(capabilities) = &mut self.capabilities {
            capabilities.sort_unstable();
            capabilities.dedup();
        }
        let mut check = Check::default();
        check.that((1..=CLAIM_QUEUES).contains(&self.queues.len()), "/queues", || {
            format!("1 to {CLAIM_QUEUES} queues")
        });
        let repeated = (1..self.queues.len()).any(|at| self.queues[..at].contains(&self.queues[at]));
        check.that(!repeated, "/queues", || "each queue once".to_owned());
        let capabilities = self.capabilities.as_ref().map_or(0, Vec::len);
        check.that(capabilities <= CAPABILITIES, "/capabilities", || {
            format!("at most {CAPABILITIES} capabilities")
        });
        check.that((1..=CLAIM_TASKS).contains(&self.max_tasks), "/max_tasks", || {
            format!("1 to {CLAIM_TASKS}")
        });
        let lease = self.lease_ms.unwrap_or(LEASE_MS_MIN);
        check.that((LEASE_MS_MIN..=LEASE_MS_MAX).contains(&lease), "/lease_ms", || {
            format!("{LEASE_MS_MIN} to {LEASE_MS_MAX}")
        });
        check.that(self.wait_ms <= WAIT_MS_MAX, "/wait_ms", || format!("at most {WAIT_MS_MAX}"));
        check.done()
    }
}

/// The right to finish a task: a fence that changes with every attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Lease {
    /// Opaque; whoever shows an older one is refused.
    pub token: String,
    /// When the lease ends unless it is extended.
    pub expires_at: Stamp,
}

/// What the service asks of the agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Directive {
    /// Go on.
    #[default]
    Run,
    /// Finish what you hold and claim no more.
    Drain,
    /// Stop.
    Stop,
}

/// The answer to a claim.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Claimed {
    /// The tasks, each with its lease; none when nothing came within the wait.
    pub tasks: Vec<Task>,
    /// What the service asks of the agent.
    pub directive: Directive,
    /// How long it waited before the call that answered it; not part of the answer.
    #[serde(skip)]
    pub waited: Duration,
}
