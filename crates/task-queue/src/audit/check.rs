//! What can be wrong.

use serde::Serialize;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A key of this service belongs to no swarm.
    UntaggedKey,
    /// A key of a kind that this version does not write.
    UnknownKey,
    /// A key of another Redis type than its kind has.
    WrongType,
    /// Live data that will expire.
    Expires,
    /// A memory of an idempotency key or a claim id that will never expire.
    NeverExpires,
    /// A swarm that has keys and is not in the directory: no maintenance visits it.
    UnlistedSwarm,
    /// A state, outcome or progress of a task that does not exist.
    Orphan,
    /// A spec or a state that makes no sense.
    Unreadable,
    /// A task that is not in the index of its state.
    NotIndexed,
    /// A task that is in the index of another state, or in the wrong list.
    WrongIndex,
    /// A task that could be claimed twice.
    Duplicate,
    /// An entry of an index for a task that does not exist.
    Dangling,
    /// A running task without agent, token or expiry, or with another expiry than its lease.
    Lease,
    /// A fence behind the attempt, or a token of another fence.
    Fence,
    /// More attempts than the task may have.
    Attempts,
    /// A scheduled task that is due at another time than it says.
    Schedule,
    /// An unfinished task with a deadline that is not in the index of deadlines, or one there that has no such deadline.
    Deadline,
    /// Output whose chunks are not those that its head tells of.
    Output,
    /// A finished task that is kept for another time than it was to be.
    Retention,
    /// What the state repeats of the spec differs from it.
    Copy,
    /// A task whose flags say that it has something which it has not, or do not say that it has it.
    Flags,
    /// A blocked task that waits for another number of tasks than have it in their lists, or a list of those that wait whose
    /// task has finished.
    Waits,
    /// A parent whose sum of what is below it is less than what its children have used.
    Usage,
    /// A deduplication key held by no unfinished task that has it.
    DedupHolder,
    /// An unfinished task that does not hold its deduplication key.
    DedupLost,
    /// The arrows of a queue do not add up to the tasks found.
    Counts,
    /// A field of a queue that nothing writes, or an arrow between states that no task goes.
    UnknownField,
    /// The lists for certain capabilities or agents are not those that are named.
    Specials,
    /// Fairness keys whose tasks are miscounted, or slots of concurrency keys, or lists that wait and are not named.
    Keys,
    /// A queue that is not in the list of queues, or only there.
    Queues,
    /// What the swarm has seen in all does not add up to its queues, or to its unfinished tasks.
    Totals,
    /// A list of agents that says something else than the record of an agent.
    Agents,
    /// A running task that its agent does not hold, or that is held by an agent that is not registered.
    Held,
    /// A task of which is said whose it is, and not in words that are known.
    Unpinned,
    /// The queues in which tasks pinned to an agent are ready are not those that are named.
    Adoption,
    /// An inbox that is too full, or whose numbers do not rise by one.
    Inbox,
    /// An entry of an inbox that never expires, or the expiry of one that is not there.
    Mail,
    /// A message that is said to be in more or fewer inboxes than hold it.
    Shares,
    /// A subscription that is known on one side only.
    Subscriptions,
    /// A key of the state whose value and indexes differ.
    State,
    /// A schedule whose parts do not go together, or that is due though it stands still, or the other way round.
    Schedules,
    /// What should be bounded is longer.
    Unbounded,
}

impl Check {
    /// The word for it, as it is serialized.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UntaggedKey => "untagged_key",
            Self::UnknownKey => "unknown_key",
            Self::WrongType => "wrong_type",
            Self::Expires => "expires",
            Self::NeverExpires => "never_expires",
            Self::UnlistedSwarm => "unlisted_swarm",
            Self::Orphan => "orphan",
            Self::Unreadable => "unreadable",
            Self::NotIndexed => "not_indexed",
            Self::WrongIndex => "wrong_index",
            Self::Duplicate => "duplicate",
            Self::Dangling => "dangling",
            Self::Lease => "lease",
            Self::Fence => "fence",
            Self::Attempts => "attempts",
            Self::Schedule => "schedule",
            Self::Deadline => "deadline",
            Self::Output => "output",
            Self::Retention => "retention",
            Self::Copy => "copy",
            Self::Flags => "flags",
            Self::Waits => "waits",
            Self::Usage => "usage",
            Self::DedupHolder => "dedup_holder",
            Self::DedupLost => "dedup_lost",
            Self::Counts => "counts",
            Self::UnknownField => "unknown_field",
            Self::Specials => "specials",
            Self::Keys => "keys",
            Self::Queues => "queues",
            Self::Totals => "totals",
            Self::Agents => "agents",
            Self::Held => "held",
            Self::Unpinned => "unpinned",
            Self::Adoption => "adoption",
            Self::Inbox => "inbox",
            Self::Mail => "mail",
            Self::Shares => "shares",
            Self::Subscriptions => "subscriptions",
            Self::State => "state",
            Self::Schedules => "schedules",
            Self::Unbounded => "unbounded",
        }
    }
}
