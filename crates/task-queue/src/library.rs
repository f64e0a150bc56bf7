//! The Lua library: constants from `limits.rs`, shared parts, then one file an operation.

use std::collections::HashMap;

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
    "parts/clock.lua",
    "parts/swarm.lua",
    "parts/idempotency.lua",
    "parts/spec.lua",
    "parts/stand.lua",
    "parts/phase.lua",
    "parts/wake.lua",
    "parts/event.lua",
    "parts/tally.lua",
    "parts/index.lua",
    "parts/moved.lua",
    "parts/rules.lua",
    "parts/effects.lua",
    "parts/agent.lua",
    "parts/inbox.lua",
    "parts/send.lua",
    "parts/agent_record.lua",
    "parts/agent_end.lua",
    "parts/ready.lua",
    "parts/turns.lua",
    "parts/slots.lua",
    "parts/enter.lua",
    "parts/finish.lua",
    "parts/held.lua",
    "parts/leave.lua",
    "parts/attempts.lua",
    "parts/due.lua",
    "parts/lists.lua",
    "parts/look.lua",
    "parts/forget.lua",
    "parts/depend.lua",
    "parts/complete.lua",
    "parts/again.lua",
    "parts/fail.lua",
    "parts/release.lua",
    "parts/usage.lua",
    "parts/ask.lua",
    "parts/extend.lua",
    "parts/settle.lua",
    "parts/record.lua",
    "parts/output.lua",
    "parts/lease.lua",
    "parts/limits.lua",
    "parts/take_plain.lua",
    "parts/queue_record.lua",
    "parts/take_special.lua",
    "parts/claim_id.lua",
    "parts/admit.lua",
    "parts/assign.lua",
    "parts/submit.lua",
    "parts/schedule.lua",
    "parts/act.lua",
    "parts/state.lua",
    "parts/tend_agents.lua",
    "parts/tend_state.lua",
    "parts/tend_messages.lua",
    "parts/tend_slots.lua",
    "parts/tend_samples.lua",
    "parts/restore.lua",
];

/// One file an operation.
pub(crate) const OPERATIONS: &[(&str, &str)] = lua![
    "task_submit.lua",
    "task_get.lua",
    "task_watch.lua",
    "task_list.lua",
    "task_count.lua",
    "task_act.lua",
    "task_claim.lua",
    "task_heartbeat.lua",
    "task_settle.lua",
    "task_cancel.lua",
    "task_cascade.lua",
    "task_retry.lua",
    "task_assign.lua",
    "task_input_request.lua",
    "task_input.lua",
    "queue_purge.lua",
    "queue_replay.lua",
    "task_reap.lua",
    "task_promote.lua",
    "task_resolve.lua",
    "task_prune.lua",
    "task_expire.lua",
    "task_events.lua",
    "task_attempts.lua",
    "task_append_output.lua",
    "task_output.lua",
    "task_trace.lua",
    "queue_put.lua",
    "queue_get.lua",
    "queue_list.lua",
    "queue_pause.lua",
    "agent_put.lua",
    "agent_get.lua",
    "agent_list.lua",
    "agent_delete.lua",
    "agent_drain.lua",
    "agent_resume.lua",
    "agent_heartbeat.lua",
    "event_read.lua",
    "event_follow.lua",
    "message_send.lua",
    "message_read.lua",
    "message_ack.lua",
    "subscription_put.lua",
    "subscription_delete.lua",
    "state_put.lua",
    "state_get.lua",
    "state_delete.lua",
    "state_increment.lua",
    "state_list.lua",
    "state_watch.lua",
    "schedule_put.lua",
    "schedule_get.lua",
    "schedule_list.lua",
    "schedule_delete.lua",
    "schedule_run.lua",
    "schedule_due.lua",
    "schedule_fire.lua",
    "transaction_apply.lua",
    "swarm_put.lua",
    "swarm_get.lua",
    "swarm_pause.lua",
    "swarm_delete.lua",
    "swarm_clear.lua",
    "swarm_stats.lua",
    "swarm_survey.lua",
    "swarm_enroll.lua",
    "swarm_withdraw.lua",
    "swarm_page.lua",
    "swarm_tend.lua",
    "token_add.lua",
    "token_list.lua",
    "token_delete.lua",
    "fleet_publish.lua",
    "fleet_read.lua",
    "fleet_nodes.lua",
    "snapshot_swarm.lua",
    "snapshot_former.lua",
    "snapshot_agents.lua",
    "snapshot_inbox.lua",
    "snapshot_messages.lua",
    "snapshot_deleted.lua",
    "snapshot_state.lua",
    "snapshot_tasks.lua",
    "snapshot_begin.lua",
    "snapshot_write.lua",
    "snapshot_finish.lua",
    "snapshot_clear.lua",
    "access_check.lua",
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
    let mut parts = vec![clock];
    parts.extend_from_slice(PARTS);
    let operations: Vec<_> = OPERATIONS.iter().map(|(file, text)| (*file, enclosed(text))).collect();
    parts.extend(operations.iter().map(|(file, text)| (*file, text.as_str())));
    let Library { name, source, .. } = Library::join("waggle", VERSION, &parts);
    let source = with_constants(&source);
    #[cfg(all(feature = "deliberate-bugs", debug_assertions))]
    let source = crate::deliberate_bugs::into(source);
    Library { name, source, needs: Some(crate::access::needs()) }
}

/// Writes the value of each constant where its name stands: as locals they would count among the 200.
fn with_constants(source: &str) -> String {
    let constants = constants();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut text = String::with_capacity(source.len());
    for piece in source.split_inclusive(|c: char| !is_word(c)) {
        let word = piece.trim_end_matches(|c: char| !is_word(c));
        text.push_str(constants.get(word).map_or(word, String::as_str));
        text.push_str(&piece[word.len()..]);
    }
    text
}

/// An operation's own locals end with it: one chunk of Lua may have 200 at a time.
fn enclosed(operation: &str) -> String {
    format!("do\n{operation}end\n")
}

fn constants() -> HashMap<&'static str, String> {
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
        ("SNAPSHOT_CALL_BYTES", limits::SNAPSHOT_CALL_BYTES as u64),
        ("RESTORE_SILENCE_MS", limits::RESTORE_SILENCE_MS),
        ("EVENT_LINES", u64::from(limits::EVENT_LINES)),
        ("SAMPLE_MS", limits::SAMPLE_MS),
        ("SAMPLES", limits::SAMPLES as u64),
        ("ATTEMPT_RECORDS", limits::ATTEMPT_RECORDS as u64),
        ("ATTEMPT_ERROR_BYTES", limits::ATTEMPT_ERROR_BYTES as u64),
        ("OUTPUT_CHUNKS", limits::OUTPUT_CHUNKS as u64),
        ("OUTPUT_BYTES", limits::OUTPUT_BYTES as u64),
        ("ASSIGN_AGENTS", limits::ASSIGN_AGENTS),
        ("SCHEDULES", limits::SCHEDULES),
        ("TOKENS", limits::TOKENS),
        ("SCHEDULE_MISSED_MS", limits::SCHEDULE_MISSED_MS),
        ("PARENTS", limits::PARENTS),
        ("CLOCK_STEP_MS", limits::CLOCK_STEP_MS),
    ];
    let texts = [
        ("QUEUE_DEFAULT", QueueName::DEFAULT.to_owned()),
        ("DEFAULT_ROOT", "wg:{default}:".to_owned()),
        ("ANY_CAPABILITIES", ANY_CAPABILITIES.to_owned()),
        // Handed to Redis as it is.
        ("EVENT_ENTRIES", limits::EVENT_ENTRIES.to_string()),
    ];
    let numbers = numbers.into_iter().map(|(name, value)| (name, value.to_string()));
    numbers.chain(texts.into_iter().map(|(name, text)| (name, format!("'{text}'")))).collect()
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
