//! The life of one task, as one agent after the other would see it: what linearizability is judged against.

use stateright::semantics::SequentialSpec;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// Nobody holds it: ready, scheduled or blocked.
    #[default]
    Open,
    /// Held under a fence.
    Leased(u64),
    /// A person is asked.
    Asked,
    /// Completed under a fence.
    Done(u64),
    /// Failed for good.
    Dead,
    /// Called off.
    Cancelled,
}

/// What may happen to a task. Each happens at one instant between its call and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Leased under `fence`; the leases in `over` may have ended by themselves by then. That is the internal step of
    /// the model: a lease ends between its time and the next claim, or nobody can see that it did.
    Claim { fence: u64, over: Vec<u64> },
    /// A lease kept alive.
    Keep { fence: u64 },
    /// The end of an attempt, which leaves the task so.
    End { fence: u64, to: Phase },
    /// An end of which the service says that it stood already.
    Again { fence: u64, to: Phase },
    /// A person's answer.
    Answer,
    /// Called off, and nobody held it.
    Cancel,
    /// Looked at when all is over.
    Read(&'static str),
}

/// A task and the highest fence under which it was leased.
#[derive(Debug, Clone, Default)]
pub(super) struct Life {
    phase: Phase,
    highest: u64,
}

impl SequentialSpec for Life {
    type Op = Step;
    /// Whether it was applied. What is known to have been refused is no part of a history: it changed nothing.
    type Ret = bool;

    fn invoke(&mut self, step: &Step) -> bool {
        let Some(next) = self.after(step) else { return false };
        self.phase = next;
        if let Step::Claim { fence, .. } = step {
            self.highest = *fence;
        }
        true
    }
}

impl Life {
    /// Nothing where the step cannot happen now.
    fn after(&self, step: &Step) -> Option<Phase> {
        let phase = self.phase;
        let open = matches!(phase, Phase::Open | Phase::Leased(_) | Phase::Asked);
        match step {
            Step::Claim { fence, over } => {
                let free = match phase {
                    Phase::Open => true,
                    Phase::Leased(held) => over.contains(&held),
                    _ => false,
                };
                (free && *fence > self.highest).then_some(Phase::Leased(*fence))
            }
            Step::Keep { fence } => (phase == Phase::Leased(*fence)).then_some(phase),
            Step::End { fence, to } => (phase == Phase::Leased(*fence)).then_some(*to),
            Step::Again { fence, to } => (self.highest == *fence && phase == *to).then_some(phase),
            Step::Answer => (phase == Phase::Asked).then_some(Phase::Open),
            Step::Cancel => (open || phase == Phase::Cancelled).then_some(Phase::Cancelled),
            // Time, a lost dependency or a used-up budget end a task without anybody's call.
            Step::Read("failed") => (open || phase == Phase::Dead).then_some(Phase::Dead),
            Step::Read("cancelled") => (open || phase == Phase::Cancelled).then_some(Phase::Cancelled),
            Step::Read("completed") => matches!(phase, Phase::Done(_)).then_some(phase),
            Step::Read(_) => open.then_some(phase),
        }
    }
}
