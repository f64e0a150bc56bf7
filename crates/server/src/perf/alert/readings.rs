/// What a refresh has found, as far as alerts are judged by it. `None` is what could not be measured: it neither
/// raises an alert nor ends one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Readings {
    /// Assignments of tasks to agents that were waiting already.
    pub assignment: Option<LatencyReading>,
    /// Requests, and how many failed by a fault of the service.
    pub errors: Option<ErrorReading>,
    /// How much of its memory Redis uses.
    pub memory: Option<MemoryReading>,
    /// Connections for exclusive use.
    pub pool: Option<PoolReading>,
    /// Whether Redis answered this refresh and the breaker is closed.
    pub redis_healthy: bool,
    /// Queues with ready tasks that claims wait for in this server.
    pub queues: Option<Vec<QueueReading>>,
    /// Agents that are lost now, however long they have been.
    pub agents_lost: Option<u64>,
    /// Whether what is answered gets to disk.
    pub persistence: Option<PersistenceReading>,
}

/// How long assignments took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatencyReading {
    /// 95 of 100 took no longer, in milliseconds.
    pub p95_ms: f64,
    /// How many there were.
    pub count: u64,
}

/// How requests ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorReading {
    /// Of them, failed by a fault of the service.
    pub failed: u64,
    /// How many there were.
    pub count: u64,
}

/// Memory of Redis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryReading {
    /// Share in use of what may be, of the primary with the largest; none where none has a bound.
    pub share: Option<f64>,
}

/// Connections for exclusive use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PoolReading {
    /// Lent out.
    pub in_use: u64,
    /// At most.
    pub max: u64,
    /// Callers that wait for one.
    pub waiting: u64,
    /// The longest that a caller has waited since the refresh before, in milliseconds.
    pub longest_wait_ms: f64,
}

/// A queue with ready tasks that claims wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueReading {
    /// Its swarm.
    pub swarm: String,
    /// Its name.
    pub queue: String,
    /// How long its oldest ready task has been ready.
    pub oldest_ready_ms: u64,
    /// Claims that wait for it in this server.
    pub waiting: u64,
}

/// Whether what is answered gets to disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersistenceReading {
    /// Whether Redis can write to its disk, as far as it is told to.
    pub aof_ok: bool,
    /// Writes that had to wait for the disk since the refresh before.
    pub delayed_fsyncs: u64,
}
