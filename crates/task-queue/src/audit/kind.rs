//! The kinds of keys that this version writes.

use crate::model::{Status, TaskId};

/// A part of a task that has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Spec,
    State,
    Outcome,
    Progress,
    /// Attempts that have ended.
    Attempts,
    /// What its holders have streamed.
    Output,
    /// What it asked a person.
    Input,
    /// What it has used up.
    Usage,
    /// The tasks that wait for it.
    Waiting,
    /// The tasks that may look at what became of it.
    Looking,
}

/// A list of names of agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Roll {
    All,
    /// Those that are not lost.
    Alive,
    /// Those that are lost, by when they are looked at next.
    Absent,
    /// Those that are no more.
    Former,
}

/// A list of keys of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    /// By the version of their last change.
    Versions,
    /// Those that have a value.
    Live,
    Deleted,
    Expiring,
}

/// What a key of a swarm holds, by its name behind the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    Part(Part, TaskId),
    Queue(&'a str),
    Ready,
    Special {
        pool: &'a str,
        member: &'a str,
    },
    Specials(&'a str),
    /// Tasks of a fairness key that wait behind those in a ready list.
    Backlog {
        list: &'a str,
        key: &'a str,
    },
    /// How many tasks of each fairness key stand in a ready list.
    Staged(&'a str),
    /// How many tasks of each concurrency key of a queue run.
    Slots(&'a str),
    /// Tasks that wait for a slot.
    Parked {
        queue: &'a str,
        key: &'a str,
    },
    /// Keys that have tasks waiting for a slot.
    ParkedKeys,
    /// Backlogs and sets of parked tasks of a queue that hold something.
    Waiting(&'a str),
    Pinned(&'a str),
    Finished(Status),
    /// Tasks by an attribute.
    Attribute,
    Leases,
    Scheduled,
    Deadlines,
    /// Tasks that ask a person.
    Asking,
    /// Tasks that wait for others.
    Blocked,
    /// The lists of tasks that are yet to be told of the end of another.
    Resolving,
    /// One of those lists.
    Untold(&'a str),
    Dedup,
    Queues,
    Swarm,
    /// What the swarm has seen in all.
    Totals,
    /// Totals of the last seconds, for rates.
    Samples,
    Events,
    Agents(Roll),
    Draining,
    Agent(&'a str),
    /// The tasks an agent holds.
    Holds(&'a str),
    /// The queues in which tasks pinned to an agent are ready.
    Adoption(&'a str),
    /// The topics of an agent.
    Topics(&'a str),
    /// The agents of a topic.
    Subscribers(&'a str),
    Inbox(&'a str),
    Message(TaskId),
    /// How many inboxes hold a message.
    Shares(TaskId),
    /// When entries of inboxes expire.
    Mail,
    /// What is said of schedules.
    Schedules,
    /// When schedules are due.
    Fires,
    /// What has become of a schedule.
    Schedule(&'a str),
    /// A value of the state.
    Value(&'a str),
    /// Lists that a restore has tasks for.
    Restoring,
    /// Tasks that a restore has yet to put into a list.
    Staging,
    /// The last version of the state.
    StateVersion,
    StateKeys(Index),
    /// An idempotency key or a claim id.
    Memory,
    /// The manual clock of `lua/parts/time_test.lua`.
    Clock,
}

impl<'a> Kind<'a> {
    pub(super) fn of(name: &'a str) -> Option<Self> {
        Some(match name {
            "leases" => Self::Leases,
            "scheduled" => Self::Scheduled,
            "deadlines" => Self::Deadlines,
            "parked" => Self::ParkedKeys,
            "asking" => Self::Asking,
            "blocked" => Self::Blocked,
            "resolving" => Self::Resolving,
            "dedup" => Self::Dedup,
            "queues" => Self::Queues,
            "swarm" => Self::Swarm,
            "totals" => Self::Totals,
            "samples" => Self::Samples,
            "events" => Self::Events,
            "agents" => Self::Agents(Roll::All),
            "alive" => Self::Agents(Roll::Alive),
            "absent" => Self::Agents(Roll::Absent),
            "former" => Self::Agents(Roll::Former),
            "staged" => Self::Restoring,
            "draining" => Self::Draining,
            "mail" => Self::Mail,
            "sv" => Self::StateVersion,
            "versions" => Self::StateKeys(Index::Versions),
            "statekeys" => Self::StateKeys(Index::Live),
            "deleted" => Self::StateKeys(Index::Deleted),
            "expiring" => Self::StateKeys(Index::Expiring),
            "schedules" => Self::Schedules,
            "fires" => Self::Fires,
            "clock" => Self::Clock,
            _ => return Self::of_prefixed(name),
        })
    }

    fn of_prefixed(name: &'a str) -> Option<Self> {
        let (prefix, rest) = name.split_once(':').filter(|(_, rest)| !rest.is_empty())?;
        Some(match prefix {
            "t" => Self::Part(Part::Spec, canonical(rest)?),
            "s" => Self::Part(Part::State, canonical(rest)?),
            "o" => Self::Part(Part::Outcome, canonical(rest)?),
            "g" => Self::Part(Part::Progress, canonical(rest)?),
            "e" => Self::Part(Part::Attempts, canonical(rest)?),
            "oc" => Self::Part(Part::Output, canonical(rest)?),
            "ir" => Self::Part(Part::Input, canonical(rest)?),
            "us" => Self::Part(Part::Usage, canonical(rest)?),
            "d" => Self::Part(Part::Waiting, canonical(rest)?),
            "l" => Self::Part(Part::Looking, canonical(rest)?),
            "dy" => Self::Untold(rest),
            "q" => Self::Queue(rest),
            "k" => {
                // `<pool>:<priority>/<capabilities>`: names hold colons, and no slash.
                let slash = rest.find('/')?;
                let colon = rest[..slash].rfind(':')?;
                Self::Special { pool: &rest[..colon], member: &rest[colon + 1..] }
            }
            "c" => Self::Specials(rest),
            "bl" => {
                let (list, key) = rest.split_once('~')?;
                Self::Backlog { list, key }
            }
            "st" => Self::Staged(rest),
            "kc" => Self::Slots(rest),
            "pk" => {
                let (queue, key) = rest.split_once('~')?;
                Self::Parked { queue, key }
            }
            "wl" => Self::Waiting(rest),
            "p" => Self::Pinned(rest),
            "x" => Self::Finished(rest.parse().ok().filter(|status: &Status| status.is_finished())?),
            "y" => rest
                .split_once(':')
                .filter(|(kind, value)| ["t", "g", "p", "q", "s", "a"].contains(kind) && !value.is_empty())
                .map(|_| Self::Attribute)?,
            "a" => Self::Agent(rest),
            "h" => Self::Holds(rest),
            "w" => Self::Adoption(rest),
            "u" => Self::Topics(rest),
            "f" => Self::Subscribers(rest),
            "n" => Self::Inbox(rest),
            "m" => Self::Message(canonical(rest)?),
            "mc" => Self::Shares(canonical(rest)?),
            "sc" => Self::Schedule(rest),
            "v" => Self::Value(rest),
            "z" => Self::Staging,
            "i" | "b" => Self::Memory,
            _ if is_ready(prefix) => Self::Ready,
            _ => return None,
        })
    }

    /// As `TYPE` says.
    pub(super) const fn redis_type(self) -> &'static str {
        match self {
            Self::Part(Part::State | Part::Usage, _)
            | Self::Queue(_)
            | Self::Dedup
            | Self::Swarm
            | Self::Totals
            | Self::Agent(_)
            | Self::Holds(_)
            | Self::Staged(_)
            | Self::Slots(_)
            | Self::Schedules
            | Self::Schedule(_)
            | Self::Restoring => "hash",
            Self::Part(Part::Attempts | Part::Output | Part::Waiting | Part::Looking, _)
            | Self::Untold(_) => "list",
            Self::Part(..)
            | Self::Memory
            | Self::Clock
            | Self::Message(_)
            | Self::Shares(_)
            | Self::Value(_)
            | Self::StateVersion => "string",
            Self::Ready | Self::Special { .. } | Self::Backlog { .. } | Self::Samples => "list",
            Self::Adoption(_) | Self::Topics(_) | Self::Subscribers(_) | Self::Draining => "set",
            Self::Specials(_)
            | Self::Parked { .. }
            | Self::Waiting(_)
            | Self::Pinned(_)
            | Self::Finished(_)
            | Self::Attribute
            | Self::Leases
            | Self::Scheduled
            | Self::Deadlines
            | Self::ParkedKeys
            | Self::Asking
            | Self::Blocked
            | Self::Resolving
            | Self::Queues
            | Self::Agents(_)
            | Self::Inbox(_)
            | Self::Mail
            | Self::Fires
            | Self::StateKeys(_)
            | Self::Staging => "zset",
            Self::Events => "stream",
        }
    }

    /// Whether such a key is forgotten by itself after a time.
    pub(super) const fn expires(self) -> bool {
        matches!(self, Self::Memory)
    }
}

/// The queue of a pool, and the agent its tasks are pinned to.
pub(super) fn queue_and_agent(pool: &str) -> (&str, Option<&str>) {
    pool.split_once('@').map_or((pool, None), |(queue, agent)| (queue, Some(agent)))
}

fn is_ready(prefix: &str) -> bool {
    matches!(prefix.as_bytes(), [b'r', b'0'..=b'9'])
}

/// An id as the service writes it; other ways to write a UUID are not its own.
pub(super) fn canonical(text: &str) -> Option<TaskId> {
    let id: TaskId = text.parse().ok()?;
    (id.encode(&mut [0; 36]) == text).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    #[test]
    fn every_key_that_is_built_is_of_a_known_kind() {
        let id = TaskId::new();
        assert_eq!(Kind::of(&keys::spec("", id)), Some(Kind::Part(Part::Spec, id)));
        assert_eq!(Kind::of(&keys::state("", id)), Some(Kind::Part(Part::State, id)));
        assert_eq!(Kind::of(&keys::attempts("", id)), Some(Kind::Part(Part::Attempts, id)));
        assert_eq!(Kind::of(&keys::output("", id)), Some(Kind::Part(Part::Output, id)));
        assert_eq!(Kind::of(&keys::queue("", "a:b")), Some(Kind::Queue("a:b")));
        assert_eq!(Kind::of(&keys::ready("", "a:b", 9)), Some(Kind::Ready));
        let special = keys::special("", "a:5@x:y", "7/b:c,d");
        assert_eq!(Kind::of(&special), Some(Kind::Special { pool: "a:5@x:y", member: "7/b:c,d" }));
        assert_eq!(Kind::of(&keys::finished("", Status::Failed)), Some(Kind::Finished(Status::Failed)));
        assert_eq!(Kind::of(&keys::index("", 't', "a:b")), Some(Kind::Attribute));
    }

    #[test]
    fn other_keys_are_not() {
        for name in [
            "",
            "t",
            "t:",
            "t:x",
            "ready",
            "r10:a",
            "x:running",
            "k:a",
            "y:",
            "d:x",
            "wake",
            "a:",
            "m:x",
            "mc:x",
        ] {
            assert_eq!(Kind::of(name), None, "{name}");
        }
        let id = TaskId::new().to_string();
        assert_eq!(Kind::of(&format!("t:{}", id.to_uppercase())), None);
    }
}
