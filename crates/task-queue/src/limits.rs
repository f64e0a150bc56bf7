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
/// Tasks another one may depend on.
pub const DEPENDENCIES: usize = 1_000;
/// Tasks that may stand above another one as its parent, the parent's parent and so on.
pub const PARENTS: u64 = 16;
/// Most that one report of usage may say of anything.
pub const USAGE_MAX: u64 = 1_000_000_000_000;
/// Bytes of the prompt of an input request.
pub const PROMPT_BYTES: usize = 16 * 1_024;
/// Bytes of the schema of an input request.
pub const SCHEMA_BYTES: usize = 16 * 1_024;
/// Parts of a schema that one check may come to, with those that are referred to counted at each reference.
pub const SCHEMA_PARTS: usize = 10_000;
/// Levels of a schema, with those that are referred to: each takes room on the stack of whoever checks.
pub const SCHEMA_DEPTH: usize = 96;
/// Regular expressions of a schema, counted in the same way: each may take megabytes while it is compiled.
pub const SCHEMA_PATTERNS: usize = 16;
/// Bytes of an answer that is checked against a schema.
pub const CHECKED_ANSWER_BYTES: usize = 64 * 1_024;
/// What the tasks that one call takes in may weigh together, where a task that asks for nothing weighs 1 and one with
/// tags, dependencies and the like as much more as it costs Redis: bounds the call's time.
pub const CALL_WEIGHT: usize = 1_000;
/// Tasks that those of one transaction may depend on together: bounds its time in Redis.
pub const CALL_DEPENDENCIES: usize = 1_000;
/// What a report of usage weighs where it shares a call with others, in those without: it counts for all tasks above.
pub const USAGE_WEIGHT: usize = 4;
/// Tasks another one may depend on and still be submitted together with those of others.
pub const MERGE_DEPENDENCIES: usize = 10;
/// Bytes of payloads, results, errors and progress from which on an answer takes in no more tasks.
pub const ANSWER_BYTES: usize = 16 * 1_024 * 1_024;
/// Highest weight of a fairness key.
pub const FAIRNESS_WEIGHT_MAX: u32 = 100;
/// Shortest time an attempt may be given, in milliseconds.
pub const TIMEOUT_MS_MIN: u64 = 100;
/// Longest time an attempt may be given, in milliseconds: 31 days.
pub const TIMEOUT_MS_MAX: u64 = 2_678_400_000;
/// Longest time over which a rate is measured, in milliseconds: one day.
pub const RATE_PER_MS_MAX: u64 = 86_400_000;
/// Ended attempts of a task that are remembered, the last ones.
pub const ATTEMPT_RECORDS: usize = 100;
/// Bytes of an attempt's error, as it is stored, above which it is not remembered with the attempt.
pub const ATTEMPT_ERROR_BYTES: usize = 4 * 1_024;
/// Bytes a chunk of a task's output may have.
pub const OUTPUT_CHUNK_BYTES: usize = 64 * 1_024;
/// Chunks of a task's output that are kept, the last ones.
pub const OUTPUT_CHUNKS: usize = 1_000;
/// Bytes of a task's output that are kept, as they are stored.
pub const OUTPUT_BYTES: usize = 1_024 * 1_024;
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
/// Claims in one server, waiting or being answered; beyond, a claim is told to come back.
pub const WAITING_CLAIMS: usize = 100_000;
/// Tasks one sweep of the maintenance touches.
pub const SWEEP_TASKS: usize = 500;
/// How long an agent that says nothing is believed to be there, in milliseconds, when it names no time.
pub const AGENT_TTL_MS_DEFAULT: u64 = 60_000;
/// Shortest time to live of an agent, of a message and of a state key, in milliseconds.
pub const TTL_MS_MIN: u64 = 1_000;
/// Longest time to live of an agent, in milliseconds: one day.
pub const AGENT_TTL_MS_MAX: u64 = 86_400_000;
/// Tasks a registered agent holds at once when it names no number.
pub const AGENT_CAPACITY_DEFAULT: u64 = 1;
/// Most tasks an agent may hold at once.
pub const AGENT_CAPACITY_MAX: u64 = 1_000;
/// Tasks an agent holds at once that was registered by its claim.
pub const CLAIMER_CAPACITY: u64 = 100;
/// How long a lost agent is remembered, in milliseconds: one day.
pub const AGENT_FORGET_MS: u64 = 86_400_000;
/// Deleted and forgotten agents that are remembered by name.
pub const FORMER_AGENTS: u64 = 10_000;
/// Messages and tasks one step of an agent's deletion lets go, each: bounds its time in Redis.
pub const DELETE_STEP: usize = 500;
/// Leases one heartbeat of an agent may extend.
pub const HEARTBEAT_LEASES: usize = 1_000;
/// Topics an agent may subscribe to.
pub const SUBSCRIPTIONS: u64 = 256;
/// Messages an inbox holds when its agent names no number.
pub const INBOX_MESSAGES_DEFAULT: u64 = 10_000;
/// Most messages an inbox may hold.
pub const INBOX_MESSAGES_MAX: u64 = 100_000;
/// Inboxes one message may go to.
pub const MESSAGE_RECIPIENTS: u64 = 10_000;
/// How long a message is kept for those who have not acknowledged it, in milliseconds, when it names no time: one day.
pub const MESSAGE_TTL_MS_DEFAULT: u64 = 86_400_000;
/// Longest time to live of a message or of a state key, in milliseconds: 366 days.
pub const TTL_MS_MAX: u64 = 31_622_400_000;
/// Bytes a message's body may have.
pub const MESSAGE_BYTES: usize = 1_024 * 1_024;
/// Messages one acknowledgement may name.
pub const ACK_IDS: usize = 1_000;
/// Bytes of a state key.
pub const STATE_KEY_BYTES: usize = 512;
/// Bytes of a state value.
pub const STATE_VALUE_BYTES: usize = 1_024 * 1_024;
/// Keys the state of one swarm may have.
pub const STATE_KEYS: u64 = 1_000_000;
/// Deleted state keys that a watch still hears of.
pub const STATE_TOMBSTONES: u64 = 10_000;
/// Largest number an increment counts with: beyond it not every whole number can be told from the next.
pub const COUNT_MAX: u64 = 9_007_199_254_740_991;
/// Operations one transaction may carry.
pub const TRANSACTION_OPS: usize = 100;
/// Conditions one transaction may carry.
pub const TRANSACTION_CONDITIONS: usize = 100;
/// Entries of a swarm's event stream, more or less: each holds the changes of one call, 16 at most.
pub const EVENT_ENTRIES: u64 = 10_000;
/// Changes one entry of the event stream holds at most.
pub const EVENT_LINES: u32 = 16;
/// Followers of events in one server; beyond, one is told to come back.
pub const EVENT_FOLLOWERS: usize = 1_000;
/// Between two samples of what a swarm has seen in all, in milliseconds.
pub const SAMPLE_MS: u64 = 5_000;
/// Samples kept: they reach back over [`RATE_MS`].
pub const SAMPLES: usize = 13;
/// The time over which rates are told, in milliseconds.
pub const RATE_MS: u64 = 60_000;
/// Queues whose counts one call reads.
pub const STATS_QUEUES: usize = 100;
/// Swarms that one round of a survey counts.
pub const SURVEY_SWARMS: usize = 1_000;
/// Calls with which one round of a survey counts queues, [`STATS_QUEUES`] each.
pub const SURVEY_CALLS: usize = 20;
/// Queues that claims wait for and that one round of a survey looks at by name.
pub const SURVEY_WAITED: usize = 100;
/// Queues that a survey keeps in mind.
pub const SURVEY_QUEUES: usize = 20_000;
/// Servers that a report of the fleet adds up.
pub const FLEET_NODES: usize = 256;
/// Keys that one call of the clearer takes away.
pub const CLEAR_KEYS: usize = 500;
/// Bytes that one call reads or writes for a snapshot, a record over.
pub const SNAPSHOT_CALL_BYTES: usize = 4 * 1_024 * 1_024;
/// Bytes a line of a snapshot may have: a task with the largest payload and the largest result fits.
pub const SNAPSHOT_LINE_BYTES: usize = 4 * VALUE_BYTES;
/// Dependencies of blocked tasks that the check of a snapshot remembers, 40 bytes each, to find circles among them.
pub const SNAPSHOT_WAITS: usize = 1_000_000;
/// Between two looks at the clock of Redis, of which a server that runs makes one a second: what is further apart is taken
/// for a clock that was set, or for a standstill, in milliseconds.
pub const CLOCK_STEP_MS: u64 = 2_500;
/// A restore that has not been heard of for so long broke off, and another one may begin, in milliseconds.
pub const RESTORE_SILENCE_MS: u64 = 60_000;
/// Agents among which one call chooses: all where there are no more, else some.
pub const ASSIGN_AGENTS: u64 = 200;
/// Schedules a swarm may have.
pub const SCHEDULES: u64 = 1_000;
/// Times at which a schedule is due next that are answered.
pub const SCHEDULE_TIMES: usize = 5;
/// A run that is noticed so long after its time counts as missed, in milliseconds.
pub const SCHEDULE_MISSED_MS: u64 = 60_000;
/// Due schedules one call reads.
pub const SCHEDULES_A_CALL: usize = 50;
/// Bytes a cron expression or the name of a time zone may have.
pub const CRON_BYTES: usize = 256;

/// Tasks that one request of an action treats, and how many when none is named.
pub const ACTION_TASKS_MAX: usize = 10_000;
/// See [`ACTION_TASKS_MAX`].
pub const ACTION_TASKS_DEFAULT: usize = 1_000;
/// Tasks that one request purges, replays or, with their parent, cancels.
pub const REPAIR_TASKS: usize = 100_000;

/// Tokens that Redis keeps at most.
pub const TOKENS: u64 = 1_000;
/// Swarms that a token may be bound to at most.
pub const TOKEN_SWARMS: usize = 64;
