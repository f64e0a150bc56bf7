//! What the Redis user of the service has to be allowed, and no more: `waggle redis-acl` prints it.

use waggle_core::access::Rights;
use waggle_core::function::Needs;

use crate::library::function;

/// What every key and every channel begins with.
const PREFIX: &str = "wg:";

/// What the functions of `lua/` run, by what it works on. Redis holds a function to the rights of whoever calls it.
const RUN_BY_FUNCTIONS: [(&str, &[&str]); 8] = [
    (
        "records of tasks, agents, queues, swarms and tokens; counts; who holds what",
        &[
            "hdel",
            "hexists",
            "hget",
            "hgetall",
            "hincrby",
            "hkeys",
            "hlen",
            "hmget",
            "hrandfield",
            "hscan",
            "hset",
            "hsetnx",
            "hvals",
        ],
    ),
    (
        "what is due and when: leases, retries, deadlines; indexes and inboxes",
        &[
            "zadd",
            "zcard",
            "zcount",
            "zmscore",
            "zpopmax",
            "zpopmin",
            "zrandmember",
            "zrange",
            "zrangebylex",
            "zrangebyscore",
            "zrank",
            "zrem",
            "zremrangebyrank",
            "zrevrange",
            "zrevrangebyscore",
            "zrevrank",
            "zscore",
        ],
    ),
    (
        "ready tasks in their order; chunks of output; attempts",
        &[
            "lindex", "llen", "lmpop", "lpop", "lpos", "lpush", "lrange", "lrem", "lset", "ltrim", "rpop",
            "rpush",
        ],
    ),
    (
        "subscriptions, shared messages, members of queues",
        &["sadd", "scard", "sismember", "smembers", "srandmember", "srem", "sscan"],
    ),
    ("specs, results, values of the state; numbers", &["decr", "get", "getrange", "incr", "incrby", "set"]),
    ("events", &["xadd", "xinfo|stream", "xlen", "xrange"]),
    (
        "keys that end, move or are cleared; the walk of migrations and of the audit",
        &["del", "exists", "pexpire", "pttl", "rename", "scan", "type", "unlink"],
    ),
    ("one clock for all servers, which process answers, and wake-ups", &["info", "spublish", "time"]),
];

/// All of it, with what the layer below sends.
pub fn rights() -> Rights {
    Rights::new(PREFIX, RUN_BY_FUNCTIONS.iter().flat_map(|(_, commands)| commands.iter().copied()))
}

/// The rights, and the function that tells which of them are missing.
pub(crate) fn needs() -> Needs {
    Needs { function: function!("access_check"), rights: rights() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::library;

    /// Chosen while a function runs, between names that stand nowhere else.
    const CHOSEN: [&str; 2] = ["hscan", "sscan"];

    #[test]
    fn functions_may_run_what_they_run_and_nothing_else() {
        let source = library().source;
        let code: String = source.lines().map(|line| line.split("--").next().unwrap()).collect();
        let mut run: BTreeSet<_> = CHOSEN.iter().map(|&name| name.to_owned()).collect();
        for call in ["redis.call('", "redis.pcall('", "look('"] {
            run.extend(code.split(call).skip(1).map(first_word));
        }
        let allowed: BTreeSet<_> = RUN_BY_FUNCTIONS
            .iter()
            .flat_map(|(_, commands)| commands.iter())
            .map(|name| name.split('|').next().unwrap().to_owned())
            .collect();
        assert_eq!(run, allowed, "left: what functions run, right: what their user may");
    }

    #[test]
    fn every_key_and_channel_has_the_prefix() {
        let swarm = "default".parse().unwrap();
        for name in [crate::keys::root(&swarm), crate::keys::directory(), crate::keys::wake_channel(&swarm)] {
            assert!(name.starts_with(PREFIX), "{name}");
        }
    }

    fn first_word(rest: &str) -> String {
        rest.split('\'').next().unwrap().to_ascii_lowercase()
    }
}
