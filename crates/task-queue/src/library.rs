//! The Lua library: constants from `limits.rs`, shared parts, then one file an operation.

use waggle_core::Library;

use crate::{limits, model::QueueName};

/// The library's version: raise it with every change of a released library, see `migrations/functions.lock`.
pub const VERSION: u32 = 1;

/// Stands for the capabilities with which an agent is registered.
pub(crate) const ANY_CAPABILITIES: &str = "*";

/// Names a function of this version.
macro_rules! function {
    ($name:literal) => {
        concat!($name, "_v1")
    };
}
pub(crate) use function;

macro_rules! lua {
    ($($file:literal),* $(,)?) => { &[$(($file, include_str!(concat!("../lua/", $file)))),*] };
}

const PARTS: &[(&str, &str)] = lua![
    "parts/register.lua",
    "parts/keys.lua",
    "parts/swarm.lua",
    "parts/idempotency.lua",
    "parts/spec.lua",
    "parts/wake.lua",
    "parts/event.lua",
    "parts/tally.lua",
    "parts/effects.lua",
    "parts/agent.lua",
    "parts/inbox.lua",
    "parts/send.lua",
    "parts/ready.lua",
    "parts/finish.lua",
    "parts/held.lua",
    "parts/stand.lua",
    "parts/complete.lua",
    "parts/again.lua",
    "parts/fail.lua",
    "parts/release.lua",
    "parts/record.lua",
    "parts/lease.lua",
    "parts/take_plain.lua",
    "parts/take_special.lua",
    "parts/claim_id.lua",
    "parts/admit.lua",
    "parts/submit.lua",
    "parts/tend_agents.lua",
    "parts/tend_state.lua",
    "parts/tend_messages.lua",
    "parts/tend_samples.lua",
];

/// One file an operation.
pub(crate) const OPERATIONS: &[(&str, &str)] = lua![
    "task_submit.lua",
    "task_get.lua",
    "task_watch.lua",
    "task_list.lua",
    "task_claim.lua",
    "task_heartbeat.lua",
    "task_settle.lua",
    "task_cancel.lua",
    "task_retry.lua",
    "task_reap.lua",
    "task_promote.lua",
    "task_prune.lua",
    "message_send.lua",
    "message_read.lua",
    "message_ack.lua",
    "subscription_put.lua",
    "subscription_delete.lua",
    "swarm_put.lua",
    "swarm_get.lua",
    "swarm_pause.lua",
    "swarm_delete.lua",
    "swarm_clear.lua",
    "swarm_stats.lua",
    "swarm_enroll.lua",
    "swarm_withdraw.lua",
    "swarm_page.lua",
    "swarm_tend.lua",
    "keyspace_begin.lua",
    "keyspace_ledger.lua",
    "keyspace_advance.lua",
    "keyspace_node.lua",
    "keyspace_scan.lua",
    "keyspace_look.lua",
    "audit_read.lua",
    "audit_tasks.lua",
    "audit_agents.lua",
    "audit_states.lua",
];

const CLOCK: (&str, &str) = ("parts/time.lua", include_str!("../lua/parts/time.lua"));
const MANUAL_CLOCK: (&str, &str) = ("parts/time_test.lua", include_str!("../lua/parts/time_test.lua"));

/// The library as it is loaded into Redis.
pub fn library() -> Library {
    join(CLOCK)
}

/// The same library on a clock that stands still until a test moves it: the key `clock` of each
/// swarm holds its milliseconds.
pub fn library_with_manual_clock() -> Library {
    join(MANUAL_CLOCK)
}

fn join(clock: (&str, &str)) -> Library {
    let constants = constants();
    let mut parts = vec![("constants", constants.as_str()), clock];
    parts.extend_from_slice(PARTS);
    let operations: Vec<_> = OPERATIONS.iter().map(|(file, text)| (*file, enclosed(text))).collect();
    parts.extend(operations.iter().map(|(file, text)| (*file, text.as_str())));
    Library::join("waggle", VERSION, &parts)
}

/// An operation's own locals end with it: one chunk of Lua may have 200 at a time.
fn enclosed(operation: &str) -> String {
    format!("do\n{operation}end\n")
}

fn constants() -> String {
    let numbers = [
        ("PRIORITY_MAX", u64::from(limits::PRIORITY_MAX)),
        ("PRIORITY_DEFAULT", u64::from(limits::PRIORITY_DEFAULT)),
        ("ATTEMPTS_DEFAULT", u64::from(limits::ATTEMPTS_DEFAULT)),
        ("LEASE_MS_DEFAULT", limits::LEASE_MS_DEFAULT),
        ("RETENTION_MS_DEFAULT", limits::RETENTION_MS_DEFAULT),
        ("BACKOFF_BASE_MS_DEFAULT", limits::BACKOFF_BASE_MS_DEFAULT),
        ("BACKOFF_MAX_MS_DEFAULT", limits::BACKOFF_MAX_MS_DEFAULT),
        ("CAPABILITY_SETS", limits::CAPABILITY_SETS as u64),
        ("IDEMPOTENCY_MS", limits::IDEMPOTENCY_MS),
        ("CLAIM_ID_MS", limits::CLAIM_ID_MS),
        ("STARVATION_PERIOD", limits::STARVATION_PERIOD),
        ("AGENT_TTL_MS_DEFAULT", limits::AGENT_TTL_MS_DEFAULT),
        ("AGENT_FORGET_MS", limits::AGENT_FORGET_MS),
        ("CLAIMER_CAPACITY", limits::CLAIMER_CAPACITY),
        ("FORMER_AGENTS", limits::FORMER_AGENTS),
        ("SUBSCRIPTIONS", limits::SUBSCRIPTIONS),
        ("INBOX_MESSAGES_DEFAULT", limits::INBOX_MESSAGES_DEFAULT),
        ("MESSAGE_RECIPIENTS", limits::MESSAGE_RECIPIENTS),
        ("STATE_KEYS", limits::STATE_KEYS),
        ("STATE_TOMBSTONES", limits::STATE_TOMBSTONES),
        ("COUNT_MAX", limits::COUNT_MAX),
        ("SAMPLE_MS", limits::SAMPLE_MS),
        ("SAMPLES", limits::SAMPLES as u64),
    ];
    let mut text =
        format!("local QUEUE_DEFAULT = '{}'\nlocal DEFAULT_ROOT = 'wg:{{default}}:'\n", QueueName::DEFAULT);
    text.push_str(&format!("local ANY_CAPABILITIES = '{ANY_CAPABILITIES}'\n"));
    // Handed to Redis as it is.
    text.push_str(&format!("local EVENT_ENTRIES = '{}'\n", limits::EVENT_ENTRIES));
    for (name, value) in numbers {
        text.push_str(&format!("local {name} = {value}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words after `-- fails` and the item codes after `-- returns` of every operation.
    #[test]
    fn each_operation_opens_with_its_contract() {
        for (file, text) in OPERATIONS {
            let name = file.trim_end_matches(".lua");
            assert!(text.starts_with(&format!("-- {name}: ")), "{file}: first line");
            for section in ["-- keys    ", "-- args    ", "-- returns ", "-- fails   ", "-- promise "] {
                assert!(text.contains(section), "{file}: no {section:?}");
            }
            assert!(text.contains(&format!("register('{name}', {name}, ")), "{file}: not registered");
        }
    }

    #[test]
    fn function_names_carry_the_library_version() {
        assert_eq!(function!("task_claim"), format!("task_claim_v{VERSION}"));
    }
}
