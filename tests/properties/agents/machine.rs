//! The model as proptest drives it.

use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

use super::{Model, Transition};

/// The reference.
pub(super) struct Machine;

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
        model.answer = model.call(transition);
        model
    }
}
