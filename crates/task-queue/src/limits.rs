//! Every limit of the domain, by name.

/// Bytes a name of a swarm, queue, agent, tag or capability may have.
pub const NAME_BYTES: usize = 128;
/// Bytes a free text (`type`, `dedup_key`, `claim_id`, an idempotency key) may have.
pub const TEXT_BYTES: usize = 256;
/// Highest priority; the lowest is 0.
pub const PRIORITY_MAX: u8 = 9;
/// Priority of a task that names none.
pub const PRIORITY_DEFAULT: u8 = 5;
/// Attempts of a task that names none.
pub const ATTEMPTS_DEFAULT: u32 = 3;
/// Most attempts a task may have.
pub const ATTEMPTS_MAX: u32 = 1_000;
/// Lease of a task that names none, in milliseconds.
pub const LEASE_MS_DEFAULT: u64 = 30_000;
/// Shortest lease, in milliseconds.
pub const LEASE_MS_MIN: u64 = 100;
/// Longest lease, in milliseconds: one day.
pub const LEASE_MS_MAX: u64 = 86_400_000;
/// How long a finished task stays readable when it names no time: one hour.
pub const RETENTION_MS_DEFAULT: u64 = 3_600_000;
/// Longest retention: 366 days.
pub const RETENTION_MS_MAX: u64 = 31_622_400_000;
/// Furthest a delay may reach: 366 days.
pub const DELAY_MS_MAX: u64 = 31_622_400_000;
/// First wait before a retry when the task names none.
pub const BACKOFF_BASE_MS_DEFAULT: u64 = 1_000;
/// Longest wait before a retry when the task names none.
pub const BACKOFF_MAX_MS_DEFAULT: u64 = 60_000;
/// Longest wait before a retry that may be asked for: one day.
pub const BACKOFF_MS_MAX: u64 = 86_400_000;
/// Entries of a backoff of kind `list`.
pub const BACKOFF_LIST: usize = 64;
/// Capabilities a task may require.
pub const REQUIRES: usize = 16;
/// Capabilities a claim may name.
pub const CAPABILITIES: usize = 64;
/// Distinct sets of required capabilities with ready tasks in one queue.
pub const CAPABILITY_SETS: usize = 256;
/// Tags of a task.
pub const TAGS: usize = 32;
/// Bytes of a task's metadata.
pub const METADATA_BYTES: usize = 16 * 1_024;
/// Queues one claim may name.
pub const CLAIM_QUEUES: usize = 16;
/// Tasks one claim may take.
pub const CLAIM_TASKS: usize = 100;
/// Tasks one batch may submit.
pub const BATCH_TASKS: usize = 1_000;
/// Outcomes one settlement may carry.
pub const SETTLEMENT_OUTCOMES: usize = 100;
/// Bytes of a lease token.
pub const TOKEN_BYTES: usize = 64;
/// Longest wait of a long poll, in milliseconds.
pub const WAIT_MS_MAX: u64 = 60_000;
/// Items of a page when the caller names no number.
pub const PAGE_DEFAULT: usize = 50;
/// Most items of a page.
pub const PAGE_MAX: usize = 500;
/// Levels a JSON value may be nested.
pub const JSON_DEPTH: usize = 64;
/// Bytes of an error's message and kind.
pub const ERROR_MESSAGE_BYTES: usize = 16 * 1_024;
/// How long an idempotency key is remembered, in milliseconds: one day.
pub const IDEMPOTENCY_MS: u64 = 86_400_000;
/// How long a claim id is remembered at least, in milliseconds: one hour.
pub const CLAIM_ID_MS: u64 = 3_600_000;
/// Of so many tasks claimed from a queue, one is the oldest of any priority.
pub const STARVATION_PERIOD: u64 = 16;
/// Bytes of one item above which it travels in a call of its own.
pub const MERGE_BYTES: usize = 16 * 1_024;
/// Bytes a stored value may have once it is decompressed: bounds what reading may allocate, whatever the body limit
/// was when it was written.
pub const VALUE_BYTES: usize = 64 * 1_024 * 1_024;
/// Claims waiting in one server; beyond, a claim is told to come back.
pub const WAITING_CLAIMS: usize = 50_000;
/// Tasks one sweep of the maintenance touches.
pub const SWEEP_TASKS: usize = 500;
