//! The counts: what the arrows of a queue add up to, and what is there.

use std::collections::{BTreeMap, BTreeSet};

use waggle_core::{Error, Redis};

use super::{
    Check,
    pages::{number, read, text},
    report::Findings,
    totals::Totals,
};
use crate::model::Status;

const NEW: &str = "new";
const GONE: &str = "gone";
/// Fields of a queue that are no arrows.
pub(super) const COUNTERS: [&str; 2] = ["classes", "pins"];
/// What else is said of a queue beside its counts.
const SAID: [&str; 5] = ["rules", "tat", "turned", "fair", "lists"];
/// Fields of a queue that say what its tasks have used up.
const USAGE: [&str; 3] = ["use.t", "use.u", "use.w"];

/// How many tasks of a queue are in a state.
pub(super) type Tasks = BTreeMap<(String, Status), i64>;

/// The list of queues, and the fields of each queue.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tallies {
    pub(super) listed: BTreeSet<String>,
    pub(super) queues: BTreeMap<String, BTreeMap<String, i64>>,
    pub(super) totals: Totals,
}

impl Tallies {
    /// Reads those of the queues that are listed, and of `others`.
    pub(super) async fn read(redis: &Redis, root: &str, others: &[&str]) -> Result<Self, Error> {
        let mut listed = BTreeSet::new();
        read(redis, root, ["queues"], |_, members| {
            listed.extend(members.chunks_exact(2).map(|pair| text(&pair[0])));
        })
        .await?;
        let names: BTreeSet<&str> = listed.iter().map(String::as_str).chain(others.iter().copied()).collect();
        let names: Vec<String> = names.into_iter().map(|queue| format!("q:{queue}")).collect();
        let mut queues: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
        read(redis, root, names.iter().map(String::as_str), |name, fields| {
            if fields.is_empty() {
                return;
            }
            let queue = queues.entry(name["q:".len()..].to_owned()).or_default();
            queue.extend(fields.chunks_exact(2).map(|pair| (text(&pair[0]), number(&pair[1]))));
        })
        .await?;
        // After the queues: totals only grow, and stand behind none of them.
        let totals = Totals::read(redis, root).await?;
        Ok(Self { listed, queues, totals })
    }

    /// The queues in which no task moved since `before`.
    pub(super) fn still<'a>(&'a self, before: &'a Self) -> BTreeSet<&'a str> {
        let all = self.queues.keys().chain(before.queues.keys());
        all.filter(|queue| self.queues.get(*queue) == before.queues.get(*queue)).map(String::as_str).collect()
    }

    pub(super) fn counter(&self, queue: &str, counter: &str) -> i64 {
        self.queues.get(queue).and_then(|fields| fields.get(counter)).copied().unwrap_or(0)
    }

    /// Checks that the list of queues is complete, and that only known fields are there. A queue that came or went since
    /// `before` may be half read.
    pub(super) fn check_shape(&self, before: &Self, findings: &mut Findings<'_>) {
        let known = |queue: &String| self.queues.contains_key(queue) || before.queues.contains_key(queue);
        for queue in self.queues.keys().filter(|queue| !self.listed.contains(*queue)) {
            findings.add(Check::Queues, format!("q:{queue}"), "is not in the list of queues");
        }
        for queue in self.listed.iter().filter(|queue| !known(queue)) {
            findings.add(Check::Queues, format!("q:{queue}"), "is in the list of queues and has no counts");
        }
        for (queue, fields) in &self.queues {
            let known = |field: &str| {
                COUNTERS.contains(&field)
                    || SAID.contains(&field)
                    || USAGE.contains(&field)
                    || is_arrow(field)
            };
            for field in fields.keys().filter(|field| !known(field)) {
                findings.add(Check::UnknownField, format!("q:{queue} {field}"), "no task goes this way");
            }
        }
    }

    /// Compares the counts of the queues that stood still with the tasks that were found.
    pub(super) fn check_sums(&self, still: &BTreeSet<&str>, found: &Tasks, findings: &mut Findings<'_>) {
        let mut counted = Tasks::new();
        for (queue, fields) in &self.queues {
            for (from, to, times) in fields.iter().filter_map(|(field, times)| arrow(field, *times)) {
                for (state, by) in [(from, -times), (to, times)] {
                    if let Ok(status) = state.parse() {
                        *counted.entry((queue.clone(), status)).or_default() += by;
                    }
                }
            }
        }
        let all: BTreeSet<_> = counted.keys().chain(found.keys()).collect();
        // A queue that nobody has ever counted stands still as well.
        let moved = |queue: &str| self.queues.contains_key(queue) && !still.contains(queue);
        for place in all.into_iter().filter(|(queue, _)| !moved(queue)) {
            let [counted, found] = [&counted, found].map(|tasks| tasks.get(place).copied().unwrap_or(0));
            let (queue, status) = (&place.0, place.1.as_str());
            findings.that(counted == found, Check::Counts, &format!("q:{queue} {status}"), || {
                format!("{counted} tasks are counted and {found} are there")
            });
        }
    }
}

fn arrow(field: &str, times: i64) -> Option<(&str, &str, i64)> {
    field.split_once('>').map(|(from, to)| (from, to, times))
}

/// Whether tasks go this way: the table of [`Status::next`], and the ways in and out.
fn is_arrow(field: &str) -> bool {
    let Some((from, to)) = field.split_once('>') else { return false };
    match (from.parse::<Status>(), to.parse::<Status>()) {
        (Ok(from), Ok(to)) => from.next().contains(&to),
        // A restored task may begin as finished, or ask a person.
        (Err(_), Ok(to)) => {
            let begins =
                matches!(to, Status::Ready | Status::Scheduled | Status::Blocked | Status::InputRequired);
            from == NEW && (begins || to.is_finished())
        }
        (Ok(from), Err(_)) => to == GONE && from != Status::Running,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_go_only_where_the_table_of_states_lets_them() {
        for field in ["new>ready", "new>scheduled", "ready>running", "running>scheduled", "failed>gone"] {
            assert!(is_arrow(field), "{field}");
        }
        for field in ["new>running", "completed>ready", "running>gone", "gone>new", "ready", "classes", ">"] {
            assert!(!is_arrow(field), "{field}");
        }
    }
}
