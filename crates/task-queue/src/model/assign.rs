//! Who shall do a task is said after its submit.

use serde::{Deserialize, Serialize};

use super::{AgentName, Invalid, Strategy, TaskId};

/// Who shall do a task: an agent, or one that is chosen.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// The agent. Either this or `strategy`.
    #[serde(default)]
    pub agent: Option<AgentName>,
    /// How an agent is chosen among those that are live, able and have room.
    #[serde(default)]
    pub strategy: Option<Strategy>,
}

/// The answer to an assign.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assigned {
    /// The task.
    pub id: TaskId,
    /// The agent that alone may claim it.
    pub agent: AgentName,
}

impl Assign {
    /// Checks what the types alone cannot.
    ///
    /// # Errors
    /// Where not exactly one of both is named.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.agent.is_some() == self.strategy.is_some() {
            return Err(Invalid::field("/agent", "either agent or strategy"));
        }
        Ok(())
    }
}
