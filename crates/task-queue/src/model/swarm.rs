//! Swarms: the unit of consistency.

use serde::{Deserialize, Serialize};

use super::{Json, Stamp, SwarmName};

/// What a swarm is made with.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewSwarm {
    /// What the swarm is for; free text.
    pub objective: Option<String>,
    /// How its agents are arranged; free text, for people.
    pub topology: Option<String>,
    /// Anything, as a JSON object.
    pub metadata: Option<Json>,
    /// Not acted on by this version: each only null.
    #[serde(skip_serializing, deserialize_with = "super::object::optional_object")]
    pub limits: Option<SwarmLimits>,
}

/// How much a swarm may hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SwarmLimits {
    /// Agents at most.
    pub max_agents: Option<u64>,
    /// Unfinished tasks at most.
    pub max_tasks: Option<u64>,
}

/// A swarm.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Swarm {
    /// Its name.
    pub name: SwarmName,
    /// What it is for.
    pub objective: Option<String>,
    /// How its agents are arranged.
    pub topology: Option<String>,
    /// Whatever its maker attached.
    pub metadata: Json,
    /// When it was made; null for `default`, which was never made.
    pub created_at: Option<Stamp>,
}
