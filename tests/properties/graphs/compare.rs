//! Whether everything in the store stands as it does in the model.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use waggle_task_queue::Error;
use waggle_task_queue::limits::PAGE_MAX;
use waggle_task_queue::model::{Json, ListQuery, Status, TaskError, TaskFilter, Usage};

use super::case::{GROUPS, KINDS, QUEUE, group};
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

    /// By a tag, a type, a parent and by all of them with a state, those are listed that fit, and no others.
    pub(super) async fn compare_lists(&self) {
        let parents = self.model.those(|task| task.parent.is_some()).into_iter();
        let parents: BTreeSet<_> = parents.filter_map(|at| self.model.tasks[at].parent).map(Some).collect();
        for parent in parents.into_iter().chain([None]) {
            for (tag, kind) in (0..GROUPS).map(Some).chain([None]).zip((0..KINDS).map(Some).cycle()) {
                for status in Status::ALL.map(Some).into_iter().chain([None]) {
                    self.compare_list(parent, tag, kind.filter(|_| tag != Some(0)), status).await;
                }
            }
        }
    }

    async fn compare_list(
        &self,
        parent: Option<usize>,
        tag: Option<usize>,
        kind: Option<usize>,
        status: Option<Status>,
    ) {
        let filter = TaskFilter {
            status,
            kind: kind.map(|kind| group(kind).parse().unwrap()),
            tag: tag.map(|tag| group(tag).parse().unwrap()),
            parent: parent.map(|at| self.ids[at]),
            ..TaskFilter::default()
        };
        let fits = |at: &usize| {
            tag.is_none_or(|tag| at % GROUPS == tag) && kind.is_none_or(|kind| at % KINDS == kind)
        };
        let of_all = self.model.those(|task| {
            (parent.is_none() || task.parent == parent) && status.is_none_or(|status| task.status == status)
        });
        let expected: BTreeSet<_> = of_all.into_iter().filter(fits).map(|at| self.ids[at]).collect();
        let query = ListQuery { filter: filter.clone(), limit: Some(PAGE_MAX), cursor: None };
        let page = self.backend.queue.list(&self.swarm, query).await.unwrap();
        let listed: Vec<_> = page.items.iter().map(|task| task.id).collect();
        assert_eq!(listed.len(), expected.len(), "after all, a list by {filter:?}");
        assert_eq!(BTreeSet::from_iter(listed), expected, "after all, a list by {filter:?}");
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
