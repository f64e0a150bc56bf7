//! Bugs on purpose, one at a time, so that it can be proved that the checker of histories finds them.
//!
//! Only in builds with debug assertions and the feature `deliberate-bugs`: no release build contains them.

/// Names the bug. No setting, so without the prefix that settings have.
pub(crate) const VARIABLE: &str = "DELIBERATE_BUG";

/// Each bug that is a rule of the library which says something else.
const RULES: &[(&str, &str, &str)] = &[
    ("fence_ignored", "s[1] ~= 'running' or s[2] ~= token or now >= tonumber(s[3])", "s[1] ~= 'running'"),
    (
        "lease_never_reaped",
        "redis.call('ZRANGEBYSCORE', root .. 'leases', '-inf', now, 'LIMIT', 0, tonumber(args[1]))",
        "{}",
    ),
    (
        "idempotency_forgotten",
        "local before = redis.call('GET', memory_key(root, key))",
        "local before = nil",
    ),
    (
        "event_without_cause",
        "local line = kind .. '\\tt' .. id",
        "local line = (kind == 'task.released' and 'task.completed' or kind) .. '\\tt' .. id",
    ),
    (
        "message_acknowledged_by_another",
        "take_out(root, agent, entries)\n  return { #entries, up_to",
        "take_out(root, agent, entries)\n  for _, other in ipairs(redis.call('ZRANGE', root .. 'agents', '0', '-1')) do\n    take_out(root, other, redis.call('ZRANGE', key_of.inbox(root, other), '0', '99'))\n  end\n  return { #entries, up_to",
    ),
    // Answered as written, and the write is still to come when its writer ends: one in ten is never there.
    (
        "acknowledged_before_written",
        "for at = 4, #args, SUBMIT_ARGS do reply[#reply + 1] = submit_one(effects, plan, args, at) end",
        "for at = 4, #args, SUBMIT_ARGS do\n    if now % 10 == 0 and #args < 4 + SUBMIT_ARGS then reply[#reply + 1] = 'ok ' .. args[at] return reply end\n    reply[#reply + 1] = submit_one(effects, plan, args, at)\n  end",
    ),
];

/// Whether `bug` was chosen.
pub(crate) fn is(bug: &str) -> bool {
    std::env::var(VARIABLE).is_ok_and(|chosen| chosen == bug)
}

/// The library, with the bug that was chosen.
///
/// # Panics
/// When the rule that it breaks is no longer there: a bug that is none would prove nothing.
pub(crate) fn into(source: String) -> String {
    RULES.iter().filter(|(bug, _, _)| is(bug)).fold(source, |source, (bug, rule, broken)| {
        assert_eq!(source.matches(rule).count(), 1, "{bug}: the library has the rule {rule:?} once");
        source.replace(rule, broken)
    })
}
