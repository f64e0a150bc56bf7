//! Pins a task that nobody holds to an agent: `lua/task_assign.lua`.

use waggle_core::Call;

use super::{
    TaskQueue,
    task_queue::{refused, root},
};
use crate::{
    Error,
    library::function,
    model::{AgentName, Assign, Assigned, Strategy, SwarmName, TaskId},
    store::Reader,
};

const FUNCTION: &str = function!("task_assign");

impl TaskQueue {
    /// Pins a task that nobody holds to an agent, whatever it was pinned to before.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotAssignable`], [`Error::NoAgent`], [`Error::AgentNotFound`],
    /// [`Error::TaskNotFound`], [`Error::SwarmNotFound`], [`Error::Redis`].
    pub async fn assign(&self, swarm: &SwarmName, id: TaskId, to: Assign) -> Result<Assigned, Error> {
        to.check()?;
        let agent = to.agent.as_ref().map_or("", AgentName::as_str);
        let mut call = Call::new(FUNCTION, &root(swarm));
        call.arg(id.encode(&mut [0; 36])).arg(agent).arg(to.strategy.map_or("", Strategy::as_str));
        let reply = self.inner.redis.call(call).await.map_err(|error| refused(swarm, error))?;
        let mut reply = Reader::new(FUNCTION, reply)?;
        match reply.text()?.as_str() {
            "ok" => {
                let agent = reply.text()?.parse();
                let agent = agent.map_err(|_| reply.broken("an agent without a proper name"))?;
                Ok(Assigned { id, agent })
            }
            "WRONGSTATE" => {
                let status = reply.text()?.parse().map_err(|_| reply.broken("a status nobody knows"))?;
                Err(Error::NotAssignable { id, status })
            }
            "NOAGENT" => Err(Error::NoAgent { agent: to.agent.map(|agent| agent.to_string()) }),
            "AGENTNOTFOUND" => Err(Error::AgentNotFound(agent.to_owned())),
            "NOTFOUND" => Err(Error::TaskNotFound(id)),
            _ => Err(reply.broken("a word nobody knows").into()),
        }
    }
}
