//! Whether a line can be a task at all.

use super::task::TaskLine;
use crate::{
    limits::{ATTEMPT_RECORDS, ATTEMPTS_DEFAULT, COUNT_MAX, PARENTS, TEXT_BYTES},
    model::Status,
    store::Asked,
};

impl TaskLine {
    /// What the shape alone does not say; the first thing that cannot be.
    pub(super) fn check(&self) -> Result<(), String> {
        let mut submit = self.resubmit();
        submit.task.check().map_err(|invalid| {
            let first = invalid.errors.first();
            first.map_or_else(String::new, |error| format!("{}: {}", error.pointer, error.detail))
        })?;
        let finished = self.status.is_finished();
        let running = self.status == Status::Running;
        for (holds, problem) in [
            (self.input.is_some() == self.asked_at.is_some(), "asked_at does not go with input"),
            (
                self.status != Status::InputRequired || self.input.is_some(),
                "waits for a person and asks nothing",
            ),
            (self.input.as_ref().is_none_or(Asked::is_usable), "input is no question that can be asked"),
            (self.depth <= PARENTS, "more tasks above it than there may be"),
            ((self.depth > 0) == self.parent.is_some(), "depth does not go with parent"),
            (self.usage.is_none_or(|sums| sums.are_countable()), "usage cannot be counted"),
            (self.status != Status::Blocked || !self.depends_on.is_empty(), "blocked by nothing"),
            (!self.depends_on.contains(&self.id), "depends on itself"),
            (finished == self.finished_at.is_some(), "finished_at does not go with the status"),
            (self.status != Status::Scheduled || self.due_at().is_some(), "scheduled for no time"),
            (self.attempt <= self.max_attempts.unwrap_or(ATTEMPTS_DEFAULT), "more attempts than it may have"),
            (
                u64::from(self.attempt) <= self.fence && self.fence <= COUNT_MAX,
                "fence does not go with attempt",
            ),
            (!running || self.attempt > 0, "runs without an attempt"),
            (!running || (self.holder.is_some() && self.started_at.is_some()), "runs without a holder"),
            (self.crashes <= COUNT_MAX, "crashes cannot be counted"),
            (!self.adopted || self.assigned.is_none(), "adopted and assigned"),
            (self.attempts.len() <= ATTEMPT_RECORDS, "too many attempts"),
            (self.has_attempts_in_order(), "attempts are not in order"),
            (self.traceparent.as_ref().is_none_or(|text| is_traceparent(text)), "traceparent is none"),
        ] {
            if !holds {
                return Err(problem.to_owned());
            }
        }
        Ok(())
    }

    fn has_attempts_in_order(&self) -> bool {
        let running = self.status == Status::Running;
        let below = self.fence.saturating_sub(running.into());
        self.attempts.is_sorted_by(|one, next| one.fence < next.fence)
            && self.attempts.last().is_none_or(|last| last.fence <= below)
    }
}

/// Letters, digits and dashes, as many as there are in one; the functions look for what stands before it.
fn is_traceparent(text: &str) -> bool {
    text.len() <= TEXT_BYTES && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
