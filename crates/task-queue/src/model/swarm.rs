//! Swarms: the unit of consistency.

use serde::{Deserialize, Serialize};

use super::{Invalid, Json, Stamp, SwarmName, invalid::Check};
use crate::limits::{COUNT_MAX, METADATA_BYTES};

/// What a swarm is made with. What is left out is unsaid: a swarm that is described anew keeps nothing of what was said
/// of it before.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewSwarm {
    /// What the swarm is for; free text.
    pub objective: Option<String>,
    /// How its agents are arranged; free text, for people.
    pub topology: Option<String>,
    /// Anything, as a JSON object.
    pub metadata: Option<Json>,
    /// How much it may hold; what exceeds a limit that is lowered stays.
    #[serde(skip_serializing, deserialize_with = "super::object::optional_object")]
    pub limits: Option<SwarmLimits>,
    /// Whether its history is written; default true.
    #[serde(skip_serializing)]
    pub events: Option<bool>,
}

/// How much a swarm may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SwarmLimits {
    /// Agents at most, lost ones counted; null for any number.
    #[schema(minimum = 1)]
    pub max_agents: Option<u64>,
    /// Unfinished tasks at most; null for any number.
    #[schema(minimum = 1)]
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
    /// How much it may hold.
    pub limits: SwarmLimits,
    /// Whether it stands still: no claim gets a task.
    pub paused: bool,
    /// Whether its history is written.
    pub events: bool,
    /// When it was made; null for `default` as long as nothing was said of it.
    pub created_at: Option<Stamp>,
}

impl NewSwarm {
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        let metadata = self.metadata.as_ref();
        let limits = self.limits.unwrap_or_default();
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let size = metadata.map_or(0, |json| json.as_bytes().len());
        let size = size + text(&self.objective) + text(&self.topology);
        let mut check = Check::default();
        check.that(metadata.is_none_or(Json::is_object), "/metadata", || "a JSON object".to_owned());
        check.that(size <= METADATA_BYTES, "/metadata", || {
            format!("at most {METADATA_BYTES} bytes, objective and topology included")
        });
        for (limit, pointer) in
            [(limits.max_agents, "/limits/max_agents"), (limits.max_tasks, "/limits/max_tasks")]
        {
            let fits = limit.is_none_or(|limit| (1..=COUNT_MAX).contains(&limit));
            check.that(fits, pointer, || format!("1 to {COUNT_MAX}, or null for any number"));
        }
        check.done()
    }
}
