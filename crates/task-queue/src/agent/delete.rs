//! Removes an agent: `lua/agent_delete.lua`.

use waggle_core::Call;

use crate::{
    Error, TaskQueue,
    library::function,
    limits::DELETE_STEP,
    metrics::{self, TaskEvent},
    model::{AgentName, SwarmName},
    store::Reader,
    task::{refused, root},
};

const FUNCTION: &str = function!("agent_delete");

/// What one step came to.
enum Step {
    Done,
    More,
    NotFound,
}

impl TaskQueue {
    /// Removes an agent, its inbox and its subscriptions. The tasks it holds are ready again at once, without the
    /// attempt being counted; what is pinned to it is everybody's.
    ///
    /// A large inbox takes several steps. After an unknown outcome the agent is there and lost, or gone: the same call
    /// again finishes it, or finds nothing.
    ///
    /// # Errors
    /// [`Error::AgentNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn delete_agent(&self, swarm: &SwarmName, agent: &AgentName) -> Result<(), Error> {
        let mut begun = false;
        loop {
            let step = self.delete_agent_step(swarm, agent).await;
            match step.map_err(|error| if begun { error.although_applied() } else { error })? {
                Step::More => begun = true,
                // Somebody else deletes it as well, and was faster.
                Step::NotFound if !begun => return Err(Error::AgentNotFound(agent.to_string())),
                Step::Done | Step::NotFound => break,
            }
        }
        self.inner.alarms.custodian.at(swarm, 0);
        Ok(())
    }

    async fn delete_agent_step(&self, swarm: &SwarmName, agent: &AgentName) -> Result<Step, Error> {
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(DELETE_STEP).arg(agent.as_str());
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        let step = match reply.text()?.as_str() {
            "done" => Step::Done,
            "more" => Step::More,
            "NOTFOUND" => return Ok(Step::NotFound),
            _ => return Err(reply.broken("a word nobody knows").into()),
        };
        metrics::tasks(TaskEvent::Released, reply.count()?);
        metrics::tasks(TaskEvent::Cancelled, reply.count()?);
        Ok(step)
    }
}
