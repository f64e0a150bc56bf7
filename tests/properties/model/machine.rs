//! The model as proptest drives it.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use super::{Model, Transition};

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
        transition.task().is_none_or(|task| task < model.tasks.len())
    }

    fn apply(mut model: Model, transition: &Transition) -> Model {
        model.answer = match *transition {
            Transition::Submit(ref task) => model.submit(std::slice::from_ref(task)),
            Transition::Batch(ref tasks) => model.submit(tasks),
            Transition::Claim(ref claim) => model.claim(claim),
            Transition::Heartbeat { task, token, extend_ms, progress } => model.heartbeat(task, token, extend_ms, progress),
            Transition::Complete { task, token, result } => model.complete(task, token, result),
            Transition::Fail { task, token, retryable, retry_after_ms } => {
                model.fail(task, token, retryable, retry_after_ms)
            }
            Transition::Release { task, token, delay_ms } => model.release(task, token, delay_ms),
            Transition::Cancel { task } => model.cancel(task),
            Transition::Retry { task } => model.retry(task),
            Transition::Advance { ms } => {
                model.now += ms;
                super::Answer::Nothing
            }
            Transition::Reap => model.reap(),
            Transition::Promote => model.promote(),
            Transition::Prune => model.prune(),
        };
        model
    }
}
