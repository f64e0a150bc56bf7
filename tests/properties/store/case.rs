//! One case: a swarm, and what the model's numbers are called in it.

use std::collections::BTreeMap;
use std::rc::Rc;

use proptest_state_machine::StateMachineTest;
use waggle_task_queue::model::{SwarmName, TaskId};

use super::Backend;
use crate::model::{Answer, Machine, Model, Transition};

/// A swarm in a store.
pub(crate) struct Case {
    pub(super) backend: Rc<Backend>,
    pub(super) swarm: SwarmName,
    /// The id of each task.
    pub(super) ids: Vec<TaskId>,
    /// The token of each lease of each task.
    pub(super) tokens: BTreeMap<(usize, u64), String>,
}

impl Case {
    pub(super) fn number(&self, id: TaskId) -> usize {
        self.ids
            .iter()
            .position(|known| *known == id)
            .unwrap_or_else(|| panic!("task {id} was never submitted"))
    }
}

impl StateMachineTest for Case {
    type SystemUnderTest = Self;
    type Reference = Machine;

    fn init_test(model: &Model) -> Self {
        let backend = Backend::of_this_test();
        let case = Self { swarm: backend.swarm(), backend, ids: Vec::new(), tokens: BTreeMap::new() };
        case.backend.set_clock(&case.swarm, model.now);
        case
    }

    fn apply(mut case: Self, model: &Model, transition: Transition) -> Self {
        let backend = Rc::clone(&case.backend);
        let answer = backend.runtime.block_on(case.call(&transition, model));
        assert_eq!(answer, model.answer, "the answer to {transition:?}");
        case
    }

    fn check_invariants(case: &Self, model: &Model) {
        if model.answer != Answer::Nothing {
            case.backend.runtime.block_on(case.compare_tasks(model));
            case.compare_arrows(model);
        }
    }

    fn teardown(case: Self, model: Model) {
        case.backend.runtime.block_on(case.compare_lists(&model));
        let report = case.backend.audit(&case.swarm);
        assert_eq!(
            report.tasks,
            model.tasks.iter().filter(|task| !task.gone).count(),
            "tasks the audit has seen"
        );
    }
}
