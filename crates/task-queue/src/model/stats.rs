//! What a swarm holds, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{QueueName, Status};

/// What a swarm holds, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Stats {
    /// Tasks of all queues by state.
    pub tasks: TaskCounts,
    /// Tasks by queue and state; queues of which nothing is left are forgotten.
    pub queues: BTreeMap<QueueName, TaskCounts>,
    /// Agents by status.
    pub agents: AgentCounts,
    /// For how long the oldest ready task has been ready, in milliseconds; null where none is ready. Of a queue with
    /// more than 1,000 lists for different capabilities and agents the first 1,000 are looked at.
    pub oldest_ready_ms: Option<u64>,
    /// How fast tasks come and go.
    pub rates: Rates,
}

/// Tasks by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TaskCounts {
    /// Waiting for other tasks.
    pub blocked: u64,
    /// Waiting for their time.
    pub scheduled: u64,
    /// Waiting for an agent.
    pub ready: u64,
    /// Held under a lease.
    pub running: u64,
    /// Done, and kept until their retention ends.
    pub completed: u64,
    /// Failed for good, and kept until their retention ends.
    pub failed: u64,
    /// Called off, and kept until their retention ends.
    pub cancelled: u64,
    /// Waiting for a person.
    pub input_required: u64,
}

/// Agents by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct AgentCounts {
    /// Seen lately, and open for tasks.
    pub live: u64,
    /// Seen lately, and to be given no more tasks.
    pub draining: u64,
    /// Not seen for longer than their time to live.
    pub lost: u64,
}

/// Rates over the last minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Rates {
    /// Tasks submitted a second.
    pub submitted_per_s: f64,
    /// Tasks completed a second.
    pub completed_per_s: f64,
}

impl AgentCounts {
    /// The counts of so many agents, those of them that were seen lately, and those of these that drain.
    pub(crate) const fn of(all: u64, present: u64, draining: u64) -> Self {
        Self { live: present.saturating_sub(draining), draining, lost: all.saturating_sub(present) }
    }

    /// Adds the counts of another swarm.
    pub const fn add(&mut self, other: Self) {
        self.live += other.live;
        self.draining += other.draining;
        self.lost += other.lost;
    }
}

impl TaskCounts {
    /// Tasks that have not finished.
    pub const fn unfinished(&self) -> u64 {
        self.blocked + self.scheduled + self.ready + self.running + self.input_required
    }

    /// The count of a state.
    pub const fn of(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Blocked => &mut self.blocked,
            Status::Scheduled => &mut self.scheduled,
            Status::Ready => &mut self.ready,
            Status::Running => &mut self.running,
            Status::Completed => &mut self.completed,
            Status::Failed => &mut self.failed,
            Status::Cancelled => &mut self.cancelled,
            Status::InputRequired => &mut self.input_required,
        }
    }

    /// Adds those of another queue.
    pub fn add(&mut self, mut other: Self) {
        for status in Status::ALL {
            *self.of(status) += *other.of(status);
        }
    }
}
