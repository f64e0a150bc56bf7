//! Lets an agent that drains take tasks again: `lua/agent_resume.lua`.

use waggle_core::Call;

use crate::{
    Error, TaskQueue,
    library::function,
    model::{Agent, AgentName, SwarmName},
};

impl TaskQueue {
    /// Lets an agent that drains take tasks again. Resuming it again changes nothing.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn resume_agent(&self, swarm: &SwarmName, agent: &AgentName) -> Result<Agent, Error> {
        self.on_agent(function!("agent_resume"), Call::new, swarm, agent).await
    }
}
