//! The model as proptest drives it.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use super::{Answer, Model, Transition};

/// The reference.
pub(crate) struct Machine;

impl ReferenceStateMachine for Machine {
    type State = Model;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::new()).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Transition> {
        Transition::any(model)
    }

    fn preconditions(model: &Model, transition: &Transition) -> bool {
        transition.tasks().iter().all(|task| *task < model.tasks.len())
    }

    fn apply(mut model: Model, transition: &Transition) -> Model {
        model.answer = model.call(transition);
        model
    }
}

impl Model {
    fn call(&mut self, transition: &Transition) -> Answer {
        match *transition {
            Transition::Submit(ref task) => self.submit(std::slice::from_ref(task)),
            Transition::SubmitOnce { key, ref task } => self.submit_once(key, task),
            Transition::Batch(ref tasks) => self.submit(tasks),
            Transition::Claim(ref claim) => Answer::Claimed(self.claim(claim)),
            Transition::Together(ref claims) => {
                Answer::Shared(claims.iter().map(|claim| self.claim(claim)).collect())
            }
            Transition::Settle { ref outcomes, ref claim } => {
                let outcomes = outcomes.iter().map(|outcome| self.call(outcome)).collect();
                Answer::Settlement(outcomes, claim.as_ref().map_or_else(Vec::new, |claim| self.claim(claim)))
            }
            Transition::Heartbeat { task, token, extend_ms, progress } => {
                self.heartbeat(task, token, extend_ms, progress)
            }
            Transition::Complete { task, token, result } => self.complete(task, token, result),
            Transition::Fail { task, token, retryable, retry_after_ms } => {
                self.fail(task, token, retryable, retry_after_ms)
            }
            Transition::Release { task, token, delay_ms } => self.release(task, token, delay_ms),
            Transition::Cancel { task } => self.cancel(task),
            Transition::Retry { task } => self.retry(task),
            Transition::Advance { ms } => {
                self.now += ms;
                Answer::Nothing
            }
            Transition::Reap => self.reap(),
            Transition::Promote => self.promote(),
            Transition::Expire => self.expire(),
            Transition::Prune => self.prune(),
        }
    }
}
