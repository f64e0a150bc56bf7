//! Tells an agent to take no more tasks: `lua/agent_drain.lua`.

use waggle_core::Call;

use crate::{
    Error, TaskQueue,
    library::function,
    model::{Agent, AgentName, SwarmName},
};

impl TaskQueue {
    /// Tells an agent to finish what it holds and to take no more. Draining it again changes nothing.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn drain_agent(&self, swarm: &SwarmName, agent: &AgentName) -> Result<Agent, Error> {
        self.on_agent(function!("agent_drain"), Call::new, swarm, agent).await
    }
}
