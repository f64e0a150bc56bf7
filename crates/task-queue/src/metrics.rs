//! Names of the metrics of this crate and how they are recorded.
//!
//! Everything goes through the `metrics` facade; handles are kept, so that recording is an addition and no search.
//! Install a recorder before the first of these functions is called. Labels come from small fixed sets.
//!
//! What happened is counted where its answer is read, once for each change: an answer that only repeats an earlier one
//! counts nothing.

use std::{sync::LazyLock, time::Duration};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};

use crate::model::Status;

/// What happened to tasks; label `event`, see [`TaskEvent`].
pub const TASKS: &str = "waggle_tasks_total";
/// Leases that ended without a word from their holder.
pub const LEASES_EXPIRED: &str = "waggle_lease_expired_total";
/// How often the clock of Redis was set while a server looked at it.
pub const CLOCK_JUMPS: &str = "waggle_clock_jumps_total";
/// What happened to messages; label `event`, see [`MessageEvent`].
pub const MESSAGES: &str = "waggle_messages_total";
/// Requests that wait on purpose; label `kind`, see [`Poll`].
pub const LONG_POLLS: &str = "waggle_long_polls";
/// Seconds from a ready task to an agent that was waiting already.
pub const ASSIGNMENT_SECONDS: &str = "waggle_task_assignment_seconds";
/// Seconds from a ready task to its holder, whoever waited.
pub const QUEUED_SECONDS: &str = "waggle_task_queued_seconds";
/// Seconds from the start of an attempt to its end by its holder.
pub const RUN_SECONDS: &str = "waggle_task_run_seconds";

/// What happens to a task. A lease that ends counts by why it ended, and what it comes to as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskEvent {
    /// Taken in.
    Submitted,
    /// Made ready when its time had come.
    Promoted,
    /// Handed to an agent.
    Claimed,
    /// Ended well.
    Completed,
    /// Ended badly and for good.
    Failed,
    /// To be tried again: an attempt failed with others left, or somebody asked for it.
    Retried,
    /// Given back by its holder, or because its holder was removed.
    Released,
    /// Called off.
    Cancelled,
    /// Left by its holder without a word.
    Expired,
    /// Held for longer than an attempt may take.
    TimedOut,
    /// Not done at its deadline.
    Overdue,
    /// Put aside until a person answers.
    Asked,
    /// Answered, and ready again.
    Answered,
    /// Deleted by somebody, alone or with its queue.
    Deleted,
}

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageEvent {
    /// Sent, to however many inboxes.
    Sent,
    /// Read from an inbox, each time.
    Delivered,
    /// Taken out of an inbox by its reader.
    Acked,
}

/// What a request waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Poll {
    /// A task to claim.
    Claim,
    /// The end of a task.
    Task,
    /// A message.
    Inbox,
    /// A change of the state.
    State,
    /// An event.
    Events,
    /// Output of a task.
    Output,
}

struct Handles {
    tasks: [Counter; TaskEvent::ALL.len()],
    leases_expired: Counter,
    clock_jumps: Counter,
    messages: [Counter; MessageEvent::ALL.len()],
    long_polls: [Gauge; Poll::ALL.len()],
    assignment: Histogram,
    queued: Histogram,
    run: Histogram,
}

static HANDLES: LazyLock<Handles> = LazyLock::new(|| Handles {
    tasks: TaskEvent::ALL.map(|event| counter!(TASKS, "event" => event.label())),
    leases_expired: counter!(LEASES_EXPIRED),
    clock_jumps: counter!(CLOCK_JUMPS),
    messages: MessageEvent::ALL.map(|event| counter!(MESSAGES, "event" => event.label())),
    long_polls: Poll::ALL.map(|poll| gauge!(LONG_POLLS, "kind" => poll.label())),
    assignment: histogram!(ASSIGNMENT_SECONDS),
    queued: histogram!(QUEUED_SECONDS),
    run: histogram!(RUN_SECONDS),
});

/// Tells the recorder what each metric means and its unit, and shows all of them from the start.
pub fn describe() {
    describe_counter!(TASKS, Unit::Count, "What happened to tasks");
    describe_counter!(LEASES_EXPIRED, Unit::Count, "Leases that ended without a word from their holder");
    describe_counter!(CLOCK_JUMPS, Unit::Count, "How often the clock of Redis was set forward or back");
    describe_counter!(MESSAGES, Unit::Count, "What happened to messages");
    describe_gauge!(LONG_POLLS, Unit::Count, "Requests that wait on purpose");
    describe_histogram!(
        ASSIGNMENT_SECONDS,
        Unit::Seconds,
        "Time from a ready task to an agent that was waiting already"
    );
    describe_histogram!(QUEUED_SECONDS, Unit::Seconds, "Time from a ready task to its holder");
    describe_histogram!(
        RUN_SECONDS,
        Unit::Seconds,
        "Time from the start of an attempt to its end by its holder"
    );
    LazyLock::force(&HANDLES);
}

pub(crate) fn clock_jumped() {
    HANDLES.clock_jumps.increment(1);
}

/// So many tasks met this.
pub(crate) fn tasks(event: TaskEvent, count: usize) {
    HANDLES.tasks[event as usize].increment(count as u64);
    if event == TaskEvent::Expired {
        HANDLES.leases_expired.increment(count as u64);
    }
}

/// So many messages met this.
pub(crate) fn messages(event: MessageEvent, count: usize) {
    HANDLES.messages[event as usize].increment(count as u64);
}

/// A task was ready for so long until an agent held it that had been waiting.
pub(crate) fn assigned(after: Duration) {
    HANDLES.assignment.record(after);
}

/// A task was ready for so long until an agent held it.
pub(crate) fn queued(for_: Duration) {
    HANDLES.queued.record(for_);
}

/// An attempt that was ended by its holder took so long; one whose lease ran out is not timed.
pub(crate) fn ran(for_: Duration) {
    HANDLES.run.record(for_);
}

/// A request that waits, shown until this is dropped.
#[derive(Debug)]
pub(crate) struct Waiting(Poll);

impl Waiting {
    pub(crate) fn new(poll: Poll) -> Self {
        HANDLES.long_polls[poll as usize].increment(1);
        Self(poll)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        HANDLES.long_polls[self.0 as usize].decrement(1);
    }
}

impl TaskEvent {
    const ALL: [Self; 14] = [
        Self::Submitted,
        Self::Promoted,
        Self::Claimed,
        Self::Completed,
        Self::Failed,
        Self::Retried,
        Self::Released,
        Self::Cancelled,
        Self::Expired,
        Self::TimedOut,
        Self::Overdue,
        Self::Asked,
        Self::Answered,
        Self::Deleted,
    ];

    /// What it is when a task stands so that was held until then, and whose holder did not end its attempt.
    pub(crate) const fn taken_from_its_holder(status: Status) -> Self {
        match status {
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
            _ => Self::Asked,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Promoted => "promoted",
            Self::Claimed => "claimed",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Retried => "retried",
            Self::Released => "released",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::TimedOut => "timed_out",
            Self::Overdue => "overdue",
            Self::Asked => "input_requested",
            Self::Answered => "input_given",
            Self::Deleted => "deleted",
        }
    }
}

impl MessageEvent {
    const ALL: [Self; 3] = [Self::Sent, Self::Delivered, Self::Acked];

    const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Acked => "acked",
        }
    }
}

impl Poll {
    const ALL: [Self; 6] = [Self::Claim, Self::Task, Self::Inbox, Self::State, Self::Events, Self::Output];

    const fn label(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Task => "task",
            Self::Inbox => "inbox",
            Self::State => "state",
            Self::Events => "events",
            Self::Output => "output",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_stands_at_the_place_of_its_handle() {
        for (at, event) in TaskEvent::ALL.into_iter().enumerate() {
            assert_eq!(event as usize, at, "{}", event.label());
        }
        for (at, event) in MessageEvent::ALL.into_iter().enumerate() {
            assert_eq!(event as usize, at, "{}", event.label());
        }
        for (at, poll) in Poll::ALL.into_iter().enumerate() {
            assert_eq!(poll as usize, at, "{}", poll.label());
        }
    }
}
