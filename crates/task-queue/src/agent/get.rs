//! Reads an agent: `lua/agent_get.lua`.

use waggle_core::Call;

use crate::{
    Error, TaskQueue,
    library::function,
    model::{Agent, AgentName, SwarmName},
};

impl TaskQueue {
    /// An agent as it stands.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn get_agent(&self, swarm: &SwarmName, agent: &AgentName) -> Result<Agent, Error> {
        self.on_agent(function!("agent_get"), Call::read_only, swarm, agent).await
    }
}
