//! The first line of a snapshot: what is said of the swarm.

use serde::{Deserialize, Serialize};

use crate::model::{Json, NewSwarm, Stamp, Swarm, SwarmLimits, SwarmName, object};

/// The version of the format that this program writes, and the only one that it reads.
pub(super) const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) waggle_snapshot: u32,
    /// The swarm it was made of; it may be restored into another one.
    pub(super) swarm: SwarmName,
    pub(super) exported_at: Stamp,
    pub(super) created_at: Option<Stamp>,
    pub(super) objective: Option<String>,
    pub(super) topology: Option<String>,
    pub(super) metadata: Option<Json>,
    #[serde(deserialize_with = "object")]
    pub(super) limits: SwarmLimits,
    pub(super) paused: bool,
    pub(super) events: bool,
}

/// What every version of the format begins with.
#[derive(Deserialize)]
pub(super) struct AnyHeader {
    pub(super) waggle_snapshot: u32,
}

impl Header {
    pub(super) fn of(swarm: Swarm, exported_at: Stamp) -> Self {
        Self {
            waggle_snapshot: VERSION,
            swarm: swarm.name,
            exported_at,
            created_at: swarm.created_at,
            objective: swarm.objective,
            topology: swarm.topology,
            metadata: Some(swarm.metadata),
            limits: swarm.limits,
            paused: swarm.paused,
            events: swarm.events,
        }
    }

    /// What a swarm is told that is made as this one was.
    pub(super) fn said(&self) -> NewSwarm {
        NewSwarm {
            objective: self.objective.clone(),
            topology: self.topology.clone(),
            metadata: self.metadata.clone(),
            limits: Some(self.limits),
            events: Some(self.events),
        }
    }
}
