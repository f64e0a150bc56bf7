//! How much of a call's time a task takes up when it is taken in.

use crate::model::NewTask;

/// Choosing an agent looks at many.
const ASSIGN_WEIGHT: usize = 40;

/// What a task costs the call that takes it in, in tasks that ask for nothing: each part was measured against one of those.
pub(super) fn weight_of(task: &NewTask) -> usize {
    let parts = [
        (task.kind.is_some(), 2),
        (task.deadline.is_some(), 2),
        (task.dedup_key.is_some(), 1),
        (!task.requires.is_empty() || task.agent.is_some(), 1),
        (task.fairness_key.is_some(), 2),
        (task.concurrency_key.is_some(), 2),
        (task.parent.is_some(), 3),
        (task.budget.is_some(), 1),
        (task.assign.is_some(), ASSIGN_WEIGHT),
        (!task.depends_on.is_empty(), 3),
    ];
    let asked: usize = parts.into_iter().filter_map(|(asks, weight)| asks.then_some(weight)).sum();
    1 + asked + task.tags.len() + task.depends_on.len()
}
