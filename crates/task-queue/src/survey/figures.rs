use crate::model::{AgentCounts, QueueName, TaskCounts};

/// What a swarm holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SwarmSeen {
    /// Its tasks.
    pub tasks: TaskCounts,
    /// Its agents.
    pub agents: AgentCounts,
}

/// What a queue holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSeen {
    /// Its name.
    pub name: QueueName,
    /// Its tasks.
    pub tasks: TaskCounts,
    /// How long its oldest ready task had been ready when it was looked at, in milliseconds.
    pub oldest_ready_ms: Option<u64>,
    /// Whether its limits keep ready tasks back: it is paused, has no slot left, or waits for its rate.
    pub held_back: bool,
}
