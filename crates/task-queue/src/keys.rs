//! Every key there is. A swarm's keys begin with its root, which carries its hash tag,
//! so that one function may touch all of them; `lua/parts/keys.lua` builds the same ones.
//!
//! Names hold no `/`, `@`, `{` or `}`, so two different things never share a key.

use crate::model::{Status, SwarmName, TaskId};

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

/// The sorted set of finished tasks of one kind, by the end of their retention.
pub fn finished(root: &str, status: Status) -> String {
    format!("{root}x:{}", status.as_str())
}

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
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_channel_names_its_swarm() {
        let swarm: SwarmName = "a:b".parse().unwrap();
        assert_eq!(swarm_of_channel(&wake_channel(&swarm)), Some(swarm));
        assert_eq!(swarm_of_channel("wg:{*}:wake"), None);
    }
}
