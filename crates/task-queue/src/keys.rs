//! Every key there is. A swarm's keys begin with its root, which carries its hash tag,
//! so that one function may touch all of them; `lua/parts/keys.lua` builds the same ones.
//!
//! Names hold no `/`, `@`, `{` or `}`, so two different things never share a key.

use crate::model::{MessageId, StateKey, Status, SwarmName, TaskId};

/// The key space of the service itself: no swarm can be called `*`.
pub const DIRECTORY_ROOT: &str = "wg:{*}:";

/// The root of a swarm's keys.
pub fn root(swarm: &SwarmName) -> String {
    format!("wg:{{{swarm}}}:")
}

/// The sharded channel on which servers hear of a swarm's ready queues and finished tasks.
pub fn wake_channel(swarm: &SwarmName) -> String {
    format!("{}wake", root(swarm))
}

/// The swarm a wake channel belongs to.
pub fn swarm_of_channel(channel: &str) -> Option<SwarmName> {
    channel.strip_prefix("wg:{")?.strip_suffix("}:wake")?.parse().ok()
}

/// The sorted set of swarms that were made.
pub fn directory() -> String {
    format!("{DIRECTORY_ROOT}swarms")
}

/// The hash of names that are about to leave the directory.
pub fn leaving() -> String {
    format!("{DIRECTORY_ROOT}leaving")
}

/// The hash that says which version the keys have.
pub fn ledger() -> String {
    format!("{DIRECTORY_ROOT}ledger")
}

/// A task as it was submitted.
pub fn spec(root: &str, id: TaskId) -> String {
    format!("{root}t:{id}")
}

/// What has happened to a task since.
pub fn state(root: &str, id: TaskId) -> String {
    format!("{root}s:{id}")
}

/// The counts of a queue.
pub fn queue(root: &str, queue: &str) -> String {
    format!("{root}q:{queue}")
}

/// A queue's ready tasks of one priority that everybody may claim.
pub fn ready(root: &str, queue: &str, priority: u8) -> String {
    format!("{root}r{priority}:{queue}")
}

/// Ready tasks for certain capabilities or a certain agent; `pool` is `queue` or `queue@agent`,
/// `member` is `priority/capabilities`.
pub fn special(root: &str, pool: &str, member: &str) -> String {
    format!("{root}k:{pool}:{member}")
}

/// The tasks of a fairness key that wait for their turn in a ready list; `list` is the name of its key behind the root.
pub fn backlog(root: &str, list: &str, fair: &str) -> String {
    format!("{root}bl:{list}~{fair}")
}

/// The hash of how many tasks of each fairness key stand in a ready list.
pub fn staged(root: &str, list: &str) -> String {
    format!("{root}st:{list}")
}

/// The hash of how many tasks of each concurrency key of a queue run.
pub fn slots(root: &str, queue: &str) -> String {
    format!("{root}kc:{queue}")
}

/// The sorted set of tasks that wait for a slot of their concurrency key.
pub fn parked(root: &str, queue: &str, key: &str) -> String {
    format!("{root}pk:{queue}~{key}")
}

/// The sorted set of the names of a queue's backlogs and sets of parked tasks that hold something.
pub fn parking(root: &str, queue: &str) -> String {
    format!("{root}wl:{queue}")
}

/// The sorted set of finished tasks of one kind, by the end of their retention.
pub fn finished(root: &str, status: Status) -> String {
    format!("{root}x:{}", status.as_str())
}

/// The last result or error of a task.
pub fn outcome(root: &str, id: TaskId) -> String {
    format!("{root}o:{id}")
}

/// What the holder of a task last said of its progress.
pub fn progress(root: &str, id: TaskId) -> String {
    format!("{root}g:{id}")
}

/// What became of a task's attempts.
pub fn attempts(root: &str, id: TaskId) -> String {
    format!("{root}e:{id}")
}

/// What a task's holders have streamed.
pub fn output(root: &str, id: TaskId) -> String {
    format!("{root}oc:{id}")
}

/// What a task asked a person, and what it was answered.
pub fn input(root: &str, id: TaskId) -> String {
    format!("{root}ir:{id}")
}

/// What a task and those that belong to it have used up.
pub fn usage(root: &str, id: TaskId) -> String {
    format!("{root}us:{id}")
}

/// The list of tasks that wait for a task to finish.
pub fn waiting(root: &str, id: TaskId) -> String {
    format!("{root}d:{id}")
}

/// The list of tasks that may look at what became of a task.
pub fn looking(root: &str, id: TaskId) -> String {
    format!("{root}l:{id}")
}

/// A list of tasks that are yet to be told of the end of another one; `name` is `id/status/number`.
pub fn resolving(root: &str, name: &str) -> String {
    format!("{root}dy:{name}")
}

/// The set of a pool's lists that hold something.
pub fn specials(root: &str, pool: &str) -> String {
    format!("{root}c:{pool}")
}

/// The sorted set of agents to whom ready tasks of a queue are pinned.
pub fn pinned(root: &str, queue: &str) -> String {
    format!("{root}p:{queue}")
}

/// The reply to a request under an idempotency key.
pub fn memory(root: &str, digest: &str) -> String {
    format!("{root}i:{digest}")
}

/// The tasks that were handed out under a claim id.
pub fn claim_id(root: &str, agent: &str, digest: &str) -> String {
    format!("{root}b:{agent}/{digest}")
}

/// The record of an agent.
pub fn agent(root: &str, agent: &str) -> String {
    format!("{root}a:{agent}")
}

/// The hash of tasks an agent holds.
pub fn held_by(root: &str, agent: &str) -> String {
    format!("{root}h:{agent}")
}

/// The set of queues in which tasks pinned to an agent are ready.
pub fn adoption(root: &str, agent: &str) -> String {
    format!("{root}w:{agent}")
}

/// The sorted set of messages an agent has not acknowledged, by their numbers.
pub fn inbox(root: &str, agent: &str) -> String {
    format!("{root}n:{agent}")
}

/// The set of topics an agent subscribes to.
pub fn subscriptions(root: &str, agent: &str) -> String {
    format!("{root}u:{agent}")
}

/// The set of agents that subscribe to a topic.
pub fn subscribers(root: &str, topic: &str) -> String {
    format!("{root}f:{topic}")
}

/// A message, stored once for all its recipients.
pub fn message(root: &str, id: MessageId) -> String {
    format!("{root}m:{id}")
}

/// How many inboxes still hold a message that went to several.
pub fn sharers(root: &str, id: MessageId) -> String {
    format!("{root}mc:{id}")
}

/// A value of the swarm's state.
pub fn value(root: &str, key: &StateKey) -> String {
    format!("{root}v:{key}")
}

/// What has become of a schedule.
pub fn schedule(root: &str, name: &str) -> String {
    format!("{root}sc:{name}")
}

/// The sorted set of tasks with an attribute: kind t type, g tag, p parent, q queue.
pub fn index(root: &str, kind: char, value: &str) -> String {
    format!("{root}y:{kind}:{value}")
}

/// The names of keys that a swarm has once.
pub const SINGLES: [&str; 27] = [
    "parked",
    "absent",
    "agents",
    "alive",
    "asking",
    "blocked",
    "dedup",
    "deadlines",
    "deleted",
    "draining",
    "events",
    "expiring",
    "fires",
    "former",
    "leases",
    "mail",
    "queues",
    "resolving",
    "samples",
    "scheduled",
    "schedules",
    "staged",
    "statekeys",
    "sv",
    "swarm",
    "totals",
    "versions",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_keys_of_a_swarm_carry_its_hash_tag() {
        let root = root(&"blue".parse().unwrap());
        let id = TaskId::new();
        for key in [
            spec(&root, id),
            state(&root, id),
            queue(&root, "q"),
            ready(&root, "q", 5),
            special(&root, "q@a", "5/x,y"),
            finished(&root, Status::Failed),
        ] {
            assert!(key.starts_with("wg:{blue}:"), "{key}");
        }
    }

    #[test]
    fn names_with_colons_do_not_meet_in_one_key() {
        let all = [
            queue("", "a"),
            queue("", "r5:a"),
            ready("", "a", 5),
            ready("", "q:a", 5),
            special("", "a", "5/"),
            special("", "a:5", "5/"),
            special("", "a@b", "5/"),
            backlog("", "r5:a", "b"),
            parked("", "a", "b"),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    /// The names behind `root .. '` in the library, which nothing else may make keys of.
    fn named_in_lua() -> std::collections::BTreeSet<String> {
        let source = crate::library::library().source;
        let names = source.split("root .. '").skip(1).filter_map(|rest| rest.split('\'').next());
        names.map(str::to_owned).collect()
    }

    #[test]
    fn the_library_makes_no_key_that_is_not_named_here() {
        let id = TaskId::new();
        let message_id: MessageId = id.to_string().parse().unwrap();
        let prefixes = [
            spec("", id),
            state("", id),
            outcome("", id),
            progress("", id),
            attempts("", id),
            output("", id),
            input("", id),
            usage("", id),
            waiting("", id),
            looking("", id),
            resolving("", "-"),
            queue("", "-"),
            special("", "-", "-"),
            specials("", "-"),
            backlog("", "-", "-"),
            staged("", "-"),
            slots("", "-"),
            parked("", "-", "-"),
            parking("", "-"),
            pinned("", "-"),
            finished("", Status::Failed),
            memory("", "-"),
            claim_id("", "-", "-"),
            agent("", "-"),
            held_by("", "-"),
            adoption("", "-"),
            inbox("", "-"),
            subscriptions("", "-"),
            subscribers("", "-"),
            message("", message_id),
            sharers("", message_id),
            value("", &"-".parse().unwrap()),
            schedule("", "-"),
            index("", 't', "-"),
        ];
        let prefixes = prefixes.iter().map(|key| key.split_inclusive(':').next().unwrap().to_owned());
        // `r<priority>:`, the channel, the clock of tests, the stages of a restore.
        let others = ["r", "wake", "clock", "z:"];
        let known: std::collections::BTreeSet<_> =
            prefixes.chain(SINGLES.iter().chain(&others).map(|name| (*name).to_owned())).collect();
        let unknown: Vec<_> = named_in_lua().difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn a_channel_names_its_swarm() {
        let swarm: SwarmName = "a:b".parse().unwrap();
        assert_eq!(swarm_of_channel(&wake_channel(&swarm)), Some(swarm));
        assert_eq!(swarm_of_channel("wg:{*}:wake"), None);
    }
}
