//! Agents: who works.

use serde::{Deserialize, Serialize};

use super::{AgentName, Capability, Directive, Invalid, Json, Lease, Stamp, TaskId, Usage, invalid::Check};
use crate::limits::{
    AGENT_CAPACITY_DEFAULT, AGENT_CAPACITY_MAX, AGENT_TTL_MS_DEFAULT, AGENT_TTL_MS_MAX, CAPABILITIES,
    HEARTBEAT_LEASES, INBOX_MESSAGES_DEFAULT, INBOX_MESSAGES_MAX, LEASE_MS_MAX, LEASE_MS_MIN, METADATA_BYTES,
    TOKEN_BYTES, TTL_MS_MIN,
};

/// What an agent is registered with.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewAgent {
    /// What it is able to do; its claims that name no capabilities of their own have these. At most 64.
    pub capabilities: Vec<Capability>,
    /// Tasks it holds at once at most, 1 to 1,000.
    pub capacity: u64,
    /// Milliseconds without a sign of it after which it counts as lost, 1,000 to 86,400,000.
    pub ttl_ms: u64,
    /// Anything, as a JSON object of at most 16 KiB.
    pub metadata: Option<Json>,
    /// Messages its inbox holds at most, 1 to 100,000.
    pub inbox_limit: u64,
}

impl Default for NewAgent {
    fn default() -> Self {
        Self {
            capabilities: Vec::new(),
            capacity: AGENT_CAPACITY_DEFAULT,
            ttl_ms: AGENT_TTL_MS_DEFAULT,
            metadata: None,
            inbox_limit: INBOX_MESSAGES_DEFAULT,
        }
    }
}

impl NewAgent {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<(), Invalid> {
        self.capabilities.sort_unstable();
        self.capabilities.dedup();
        self.metadata = self.metadata.take().filter(|json| !json.is_null());
        let mut check = Check::default();
        let within = |check: &mut Check, number: u64, least: u64, most: u64, pointer: &str| {
            check.that((least..=most).contains(&number), pointer, || format!("{least} to {most}"));
        };
        check.that(self.capabilities.len() <= CAPABILITIES, "/capabilities", || {
            format!("at most {CAPABILITIES} capabilities")
        });
        within(&mut check, self.capacity, 1, AGENT_CAPACITY_MAX, "/capacity");
        within(&mut check, self.ttl_ms, TTL_MS_MIN, AGENT_TTL_MS_MAX, "/ttl_ms");
        within(&mut check, self.inbox_limit, 1, INBOX_MESSAGES_MAX, "/inbox_limit");
        let metadata = self.metadata.as_ref();
        check.that(metadata.is_none_or(Json::is_object), "/metadata", || "a JSON object".to_owned());
        let size = metadata.map_or(0, |json| json.as_bytes().len());
        check.that(size <= METADATA_BYTES, "/metadata", || format!("at most {METADATA_BYTES} bytes"));
        check.done()
    }
}

/// Whether an agent is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// Seen within its `ttl_ms`.
    Live,
    /// Told to finish what it holds and to take no more.
    Draining,
    /// Not seen for its `ttl_ms`.
    Lost,
}

impl AgentStatus {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Draining => "draining",
            Self::Lost => "lost",
        }
    }
}

/// An agent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Agent {
    /// Its name.
    pub name: AgentName,
    /// What it is able to do.
    pub capabilities: Vec<Capability>,
    /// Tasks it holds at once at most.
    pub capacity: u64,
    /// Tasks it holds now.
    pub running: u64,
    /// Whether it is there.
    pub status: AgentStatus,
    /// When it was last seen, to an eighth of its `ttl_ms`: by a claim, a heartbeat, a look into its inbox.
    pub last_seen_at: Stamp,
    /// When it was registered.
    pub registered_at: Stamp,
    /// Whatever was attached.
    pub metadata: Json,
    /// Attempts it ended well.
    pub completed: u64,
    /// Attempts it ended badly.
    pub failed: u64,
    /// Leases that ended without a word from it.
    pub expired: u64,
    /// Milliseconds it held the tasks of those attempts, in all.
    pub busy_ms: u64,
    /// Milliseconds without a sign of it after which it counts as lost.
    pub ttl_ms: u64,
    /// Messages its inbox holds at most.
    pub inbox_limit: u64,
    /// Messages in its inbox that it has not acknowledged.
    pub unread: u64,
    /// What it has said that its tasks used up; left out where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// Which agents are listed, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct AgentQuery {
    /// Only agents of this status.
    pub status: Option<AgentStatus>,
    /// Only agents registered with this capability.
    pub capability: Option<Capability>,
    /// Items a page, 1 to 500; 50 when none is named.
    pub limit: Option<usize>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

/// An agent is there, and keeps what it holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentHeartbeat {
    /// The leases to extend, at most 1,000.
    #[serde(deserialize_with = "super::object::objects")]
    pub leases: Vec<HeldLease>,
    /// Milliseconds from now that the leases shall last; each task's own lease when null.
    pub extend_ms: Option<u64>,
}

/// A lease by its task and token.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldLease {
    /// The task.
    pub id: TaskId,
    /// The lease token.
    pub lease: String,
    /// What was used up since the last report.
    #[serde(default, deserialize_with = "super::object::optional_object")]
    pub usage: Option<Usage>,
}

impl AgentHeartbeat {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut check = Check::default();
        check.that(self.leases.len() <= HEARTBEAT_LEASES, "/leases", || {
            format!("at most {HEARTBEAT_LEASES} leases")
        });
        for (at, held) in self.leases.iter().enumerate().take(HEARTBEAT_LEASES) {
            check.that((1..=TOKEN_BYTES).contains(&held.lease.len()), &format!("/leases/{at}/lease"), || {
                "a lease token of a claim".to_owned()
            });
            if let Some(usage) = &held.usage {
                usage.check(&mut check, &format!("/leases/{at}"));
            }
        }
        let extend = self.extend_ms.unwrap_or(LEASE_MS_MIN);
        check.that((LEASE_MS_MIN..=LEASE_MS_MAX).contains(&extend), "/extend_ms", || {
            format!("{LEASE_MS_MIN} to {LEASE_MS_MAX}")
        });
        check.done()
    }
}

/// The answer to an agent's heartbeat.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AgentHeartbeaten {
    /// What the service asks of the agent.
    pub directive: Directive,
    /// The leases that were extended.
    pub extended: Vec<ExtendedLease>,
    /// Tasks that the agent does not hold under the lease it named: it is to drop the work.
    pub lost: Vec<TaskId>,
    /// Tasks among the extended ones that it is asked to stop.
    pub cancel: Vec<TaskId>,
    /// Tasks that were taken from it as a budget says that is used up; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub budget_exceeded: Vec<TaskId>,
    /// Messages in its inbox that it has not acknowledged.
    pub unread: u64,
}

/// A lease that was extended.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ExtendedLease {
    /// The task.
    pub id: TaskId,
    /// Its lease.
    pub lease: Lease,
}
