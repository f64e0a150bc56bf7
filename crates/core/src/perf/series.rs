/// What is measured. Times are in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Series {
    /// From the moment a task is ready until an agent that was waiting already holds it; by the clock of Redis. Where the
    /// swarm was paused or being restored at that moment, from the end of that.
    TaskAssignment,
    /// A task taken in; not one whose submit only repeats an earlier one.
    Submit,
    /// A claim that got tasks, without the time it waited for them.
    Claim,
    /// A claim that found nothing.
    ClaimEmpty,
    /// A task completed; not one that was so already.
    Complete,
    /// A lease, or all of an agent's, extended.
    Heartbeat,
    /// From the send of a message until a reader that was waiting already has it; by the clock of Redis.
    MessageDelivery,
    /// A key of the state written.
    StateWrite,
    /// A call of a function, from the start of its flush to its reply.
    RedisCall,
    /// Until the pool lent a connection.
    PoolAcquire,
    /// A request, from its headers to its answer, without the time it waited on purpose.
    Http,
    /// From the moment a task is ready until it is held, whoever waited; by the clock of Redis, and as
    /// [`TaskAssignment`](Self::TaskAssignment) without a pause or a restore.
    Queued,
    /// From the start of an attempt to its end by its holder; by the clock of Redis. One whose lease ran out is not in it.
    Running,
    /// From the submit of a task to its end by its holder; by the clock of Redis. One that ended with its lease, or was
    /// called off while nobody held it, is not in it.
    Total,
    /// Operations that a flush of the pipeline carried.
    BatchSize,
    /// What the first operation of a flush waited for it.
    BatchWait,
    /// Operations a second of a request that carries ten or more.
    BatchRate,
}

impl Series {
    /// How many there are.
    pub const COUNT: usize = 17;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [
        Self::TaskAssignment,
        Self::Submit,
        Self::Claim,
        Self::ClaimEmpty,
        Self::Complete,
        Self::Heartbeat,
        Self::MessageDelivery,
        Self::StateWrite,
        Self::RedisCall,
        Self::PoolAcquire,
        Self::Http,
        Self::Queued,
        Self::Running,
        Self::Total,
        Self::BatchSize,
        Self::BatchWait,
        Self::BatchRate,
    ];

    /// Its name in reports, and between servers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TaskAssignment => "task_assignment",
            Self::Submit => "submit",
            Self::Claim => "claim",
            Self::ClaimEmpty => "claim_empty",
            Self::Complete => "complete",
            Self::Heartbeat => "heartbeat",
            Self::MessageDelivery => "message_delivery",
            Self::StateWrite => "state_write",
            Self::RedisCall => "redis_call",
            Self::PoolAcquire => "pool_acquire",
            Self::Http => "http",
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Total => "total",
            Self::BatchSize => "batch_size",
            Self::BatchWait => "batch_wait",
            Self::BatchRate => "batch_rate",
        }
    }

    /// The largest value that is told apart; larger ones count as this. What agents take may be an hour, and what the
    /// service takes never a minute.
    pub const fn largest(self) -> u64 {
        match self {
            Self::Queued | Self::Running | Self::Total => u32::MAX as u64,
            _ => (1 << 26) - 1,
        }
    }

    /// The series of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|series| series.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_series_stands_at_its_own_place_and_under_its_own_name() {
        for (at, series) in Series::ALL.into_iter().enumerate() {
            assert_eq!(series as usize, at);
            assert_eq!(Series::named(series.name()), Some(series));
        }
        assert_eq!(Series::named("nothing"), None);
    }
}
