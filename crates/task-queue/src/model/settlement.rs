//! Many attempts end, and the next tasks are claimed, in one request.

use serde::{Deserialize, Serialize};

use super::{
    AgentName, Capability, Claim, Invalid, Outcome, QueueName, Stamp, Status, TaskId, Text, invalid::Check,
};
use crate::limits::SETTLEMENT_OUTCOMES;

/// The claim inside a settlement: a claim without its agent.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextClaim {
    /// Where to look, the first queue first; `default` when none is named.
    #[serde(default = "super::claim::default_queues")]
    pub queues: Vec<QueueName>,
    /// What the agent is able to do.
    #[serde(default)]
    pub capabilities: Option<Vec<Capability>>,
    /// How many tasks at most, 1 to 100.
    #[serde(default = "super::claim::one")]
    pub max_tasks: usize,
    /// Lease of the tasks handed out, in milliseconds; each task's own when null.
    #[serde(default)]
    pub lease_ms: Option<u64>,
    /// How long to wait for a first task, in milliseconds.
    #[serde(default)]
    pub wait_ms: u64,
    /// Names this claim.
    #[serde(default)]
    pub claim_id: Option<Text>,
}

/// Finish these and hand me the next ones.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// Who settles and claims.
    pub agent: AgentName,
    /// At most 100 outcomes.
    #[serde(default, deserialize_with = "super::object::objects")]
    pub outcomes: Vec<Outcome>,
    /// What to claim next; nothing when null.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub claim: Option<NextClaim>,
}

/// What became of one outcome.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The task.
    pub id: TaskId,
    /// Where it stands now, and whether this very outcome had been applied before; or why it was refused.
    pub result: Result<SettledStatus, crate::Error>,
}

/// Where a settled task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettledStatus {
    /// Its state.
    pub status: Status,
    /// When it will be tried again.
    pub run_at: Option<Stamp>,
    /// Whether this very outcome had been applied before.
    pub replayed: bool,
    /// Whether it may have made others claimable: those that waited for the task, or for its slot.
    pub frees: bool,
}

impl Settlement {
    /// Checks the settlement as a whole; each outcome is checked, and answered, on its own.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(self.outcomes.len() <= SETTLEMENT_OUTCOMES, "/outcomes", || {
            format!("at most {SETTLEMENT_OUTCOMES} outcomes")
        });
        check.done()
    }
}

impl NextClaim {
    /// The claim of `agent` that this asks for, checked.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn by(self, agent: AgentName) -> Result<Claim, Invalid> {
        let mut claim = Claim {
            agent,
            queues: self.queues,
            capabilities: self.capabilities,
            max_tasks: self.max_tasks,
            lease_ms: self.lease_ms,
            wait_ms: self.wait_ms,
            claim_id: self.claim_id,
        };
        claim.check().map_err(|invalid| invalid.under("/claim"))?;
        Ok(claim)
    }
}
