//! Tasks that wait for each other in a circle: each would wait for ever.

use std::collections::HashMap;

use super::task::TaskLine;
use crate::{
    limits::SNAPSHOT_WAITS,
    model::{Status, TaskId},
};

/// One blocked task waits for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wait {
    id: TaskId,
    on: TaskId,
    line: u64,
}

impl Wait {
    /// A task can only name what was there before it, so its id is the later one, unless the clocks of two servers differed.
    /// Without one of these there is no circle.
    fn is_forward(&self) -> bool {
        self.on > self.id
    }
}

/// Who waits for whom, as far as that is remembered: [`SNAPSHOT_WAITS`].
#[derive(Debug, Default)]
pub(super) struct Circles {
    waits: Vec<Wait>,
    forgotten: bool,
    /// The first one that is forward.
    forward: Option<Wait>,
}

impl Circles {
    /// Notes a task that stands in a line.
    pub(super) fn note(&mut self, task: &TaskLine, line: u64) {
        if task.status == Status::Blocked {
            self.note_waits(task.id, &task.depends_on, line);
        }
    }

    fn note_waits(&mut self, id: TaskId, depends_on: &[TaskId], line: u64) {
        for on in depends_on {
            let wait = Wait { id, on: *on, line };
            if self.forward.is_none() && wait.is_forward() {
                self.forward = Some(wait);
            }
            if self.waits.len() < SNAPSHOT_WAITS {
                self.waits.push(wait);
            } else {
                self.forgotten = true;
            }
        }
    }

    /// The line of a task that waits in a circle, and what is wrong with it.
    pub(super) fn find(mut self) -> Option<(u64, String)> {
        let forward = self.forward?;
        if self.forgotten {
            let problem = format!(
                "task {} depends on {}, which came later, and more than {SNAPSHOT_WAITS} dependencies of blocked tasks are too many to see whether they go in a circle",
                forward.id, forward.on
            );
            return Some((forward.line, problem));
        }
        self.waits.sort_unstable();
        let wait = first_in_a_circle(&self.waits)?;
        let problem = format!(
            "task {} depends on {}, which waits for it in a circle: neither could ever run",
            wait.id, wait.on
        );
        Some((wait.line, problem))
    }
}

/// A wait that closes a circle, of waits in their order: a walk in depth that keeps where it stands by itself, since a chain
/// may be longer than a stack.
fn first_in_a_circle(waits: &[Wait]) -> Option<Wait> {
    let first_of = |id: TaskId| waits.partition_point(|wait| wait.id < id);
    // Whether all that a task waits for was seen.
    let mut seen: HashMap<TaskId, bool> = HashMap::new();
    for start in waits.iter().filter(|wait| wait.is_forward()) {
        if seen.contains_key(&start.id) {
            continue;
        }
        seen.insert(start.id, false);
        let mut path = vec![(start.id, first_of(start.id))];
        while let Some((id, at)) = path.last_mut() {
            let Some(wait) = waits.get(*at).filter(|wait| wait.id == *id) else {
                seen.insert(*id, true);
                path.pop();
                continue;
            };
            *at += 1;
            match seen.get(&wait.on) {
                Some(true) => {}
                Some(false) => return Some(*wait),
                None => {
                    seen.insert(wait.on, false);
                    path.push((wait.on, first_of(wait.on)));
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who waits for whom, by number, each in the line behind its number.
    fn found(tasks: usize, waits: &[(usize, usize)]) -> Option<u64> {
        let mut ids: Vec<_> = (0..tasks).map(|_| TaskId::new()).collect();
        ids.sort_unstable();
        let mut circles = Circles::default();
        for (id, on) in waits {
            circles.note_waits(ids[*id], &[ids[*on]], *id as u64 + 1);
        }
        circles.find().map(|(line, _)| line)
    }

    #[test]
    fn a_circle_is_found_wherever_it_is_entered() {
        assert!(found(3, &[(1, 0), (2, 1), (0, 2)]).is_some());
        assert!(found(2, &[(0, 1), (1, 0)]).is_some());
        assert_eq!(found(5, &[(0, 4), (4, 3), (3, 2), (2, 3)]), Some(3));
    }

    #[test]
    fn a_diamond_is_no_circle_whatever_its_ids_are() {
        assert_eq!(found(4, &[(3, 1), (3, 2), (1, 0), (2, 0)]), None);
        assert_eq!(found(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]), None);
    }

    #[test]
    fn a_chain_may_be_long() {
        let chain: Vec<_> = (0..100_000).map(|n| (n, n + 1)).collect();
        assert_eq!(found(100_001, &chain), None);
        let closed: Vec<_> = chain.into_iter().chain([(100_000, 0)]).collect();
        assert_eq!(found(100_001, &closed), Some(100_001));
    }

    #[test]
    fn more_than_are_remembered_are_no_circle_while_each_waits_for_what_came_before_it() {
        let (early, late) = (TaskId::new(), TaskId::new());
        let (early, late) = (early.min(late), early.max(late));
        let mut circles = Circles::default();
        circles.note_waits(late, &vec![early; SNAPSHOT_WAITS + 1], 7);
        assert_eq!(circles.find(), None);
        let mut circles = Circles::default();
        circles.note_waits(late, &vec![early; SNAPSHOT_WAITS + 1], 7);
        circles.note_waits(early, &[late], 8);
        assert_eq!(circles.find().map(|(line, _)| line), Some(8));
    }
}
