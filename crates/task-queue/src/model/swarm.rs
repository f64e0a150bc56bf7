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
