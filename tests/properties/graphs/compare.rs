//! Whether everything in the store stands as it does in the model.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use waggle_task_queue::Error;
use waggle_task_queue::model::{Json, Status, TaskError, Usage};

use super::case::QUEUE;
use super::{Case, Step};

impl Case {
    pub(super) async fn compare(&self, step: &Step) {
        let reads = self.ids.iter().map(|id| self.backend.queue.get(&self.swarm, *id, Duration::ZERO));
        let found = futures_util::future::join_all(reads).await;
        for (at, (found, task)) in found.into_iter().zip(&self.model.tasks).enumerate() {
            let found = match found {
                Err(Error::TaskNotFound(_)) => {
                    assert!(task.gone, "after {step:?} task {at} is gone: {task:?}");
                    continue;
                }
                found => found.unwrap(),
            };
            assert!(!task.gone, "after {step:?} task {at} is still there: {task:?}");
            assert_eq!(found.status, task.status, "after {step:?}: where task {at} stands: {task:?}");
            let tokens = |usage: Option<Usage>| usage.map_or(0, |usage| usage.tokens);
            let (own, tree) = (tokens(found.usage), tokens(found.tree_usage));
            let used = (task.own, task.own + task.below);
            assert_eq!((own, tree), used, "after {step:?}: tokens of task {at} and its tree: {task:?}");
            if task.status == Status::Failed || task.status == Status::Cancelled && task.kind.is_some() {
                let kind = kind_of(found.error.as_ref());
                assert_eq!(kind.as_deref(), task.kind, "after {step:?}: why task {at} ended: {task:?}");
            }
        }
        self.compare_blocked(step);
    }

    fn compare_blocked(&self, step: &Step) {
        let blocked: BTreeSet<String> =
            self.backend.server.query(&format!("ZRANGE wg:{{{}}}:blocked 0 -1", self.swarm));
        let expected = self.model.standing(Status::Blocked).into_iter().map(|at| self.ids[at].to_string());
        assert_eq!(blocked, expected.collect(), "after {step:?}: the blocked tasks");
    }

    pub(super) fn compare_arrows(&self, step: &Step) {
        let counted: BTreeMap<String, u64> =
            self.backend.server.query(&format!("HGETALL wg:{{{}}}:q:{QUEUE}", self.swarm));
        let arrow = |(arrow, times): (String, u64)| {
            let (from, to) = arrow.split_once('>')?;
            Some(((from.to_owned(), to.to_owned()), times))
        };
        let counted: BTreeMap<_, _> = counted.into_iter().filter_map(arrow).collect();
        assert_eq!(counted, self.model.arrows, "after {step:?}: the arrows that were counted");
        self.backend.arrows.borrow_mut().extend(counted.into_keys());
    }
}

fn kind_of(error: Option<&Json>) -> Option<String> {
    serde_json::from_str::<TaskError>(error?.as_str()).unwrap().kind
}
