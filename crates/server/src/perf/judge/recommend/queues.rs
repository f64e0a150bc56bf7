use super::facts::{Facts, advice, figure};
use crate::perf::report::{Priority, QueueFigures, Recommendation};

/// As many ready tasks are a backlog, once they are old too.
const BACKLOG: u64 = 100;

/// More tasks than agents work off, and nobody waits for them.
pub(super) fn backlog(facts: &Facts<'_>) -> Option<Recommendation> {
    let late = facts.perf.alerts.queue_stalled_ms;
    let (queue, oldest, others) = oldest(facts, |queue| queue.waiting == 0 && queue.tasks.ready >= BACKLOG)?;
    let message = format!(
        "Run more agents for the queue `{}` of the swarm `{}`: {} tasks are ready there, the oldest for {:.0} s, and \
         no claim waits here{}",
        queue.queue,
        queue.swarm,
        queue.tasks.ready,
        figure(oldest) / 1_000.0,
        and(others)
    );
    Some(advice("queues", Priority::Medium, (figure(oldest), figure(late)), message))
}

/// Tasks are ready and agents wait, but not for each other.
pub(super) fn stalled(facts: &Facts<'_>) -> Option<Recommendation> {
    let late = facts.perf.alerts.queue_stalled_ms;
    let (queue, oldest, others) = oldest(facts, |queue| queue.waiting > 0)?;
    let message = format!(
        "A task of the queue `{}` of the swarm `{}` has been ready for {:.0} s while {} claims wait for it: none of \
         those agents has the `capabilities` that it `requires`, it is for another `agent` alone, or the swarm is \
         paused{}",
        queue.queue,
        queue.swarm,
        figure(oldest) / 1_000.0,
        queue.waiting,
        and(others)
    );
    Some(advice("queues", Priority::High, (figure(oldest), figure(late)), message))
}

/// Of the queues of this kind whose tasks are late, the one with the oldest task, and how many more there are.
fn oldest<'a>(
    facts: &Facts<'a>,
    is_meant: impl Fn(&QueueFigures) -> bool,
) -> Option<(&'a QueueFigures, u64, usize)> {
    let late = facts.perf.alerts.queue_stalled_ms;
    let meant = facts.report.queues.iter().filter(|queue| is_meant(queue));
    let all: Vec<_> = meant
        .filter_map(|queue| Some((queue, queue.oldest_ready_ms.filter(|oldest| *oldest >= late)?)))
        .collect();
    let (queue, oldest) = all.iter().max_by_key(|(_, oldest)| *oldest)?;
    Some((queue, *oldest, all.len() - 1))
}

fn and(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => String::from("; so it is with another queue"),
        _ => format!("; so it is with {others} other queues"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, queue};
    use super::*;

    fn of(queues: impl Into<Vec<QueueFigures>>) -> Case {
        let mut case = Case::healthy();
        case.report.queues = queues.into();
        case
    }

    #[test]
    fn queues_that_are_worked_off_need_nothing() {
        let case = of([queue("a", 99, 90_000, 0), queue("b", 5_000, 29_999, 0), queue("c", 0, 0, 9)]);
        assert_eq!((case.told_by(backlog), case.told_by(stalled)), (None, None));
    }

    #[test]
    fn a_backlog_without_waiting_agents_needs_more_of_them() {
        let case = of([queue("a", 100, 40_000, 0), queue("b", 200, 60_000, 0), queue("c", 300, 50_000, 0)]);
        let told = case.told_by(backlog).unwrap();
        assert_eq!((told.priority, told.current, told.target), (Priority::Medium, 60_000.0, 30_000.0));
        for words in ["`b` of the swarm `default`", "200 tasks", "60 s", "2 other queues"] {
            assert!(told.message.contains(words), "{words}: {}", told.message);
        }
        assert_eq!(case.told_by(stalled), None);
    }

    #[test]
    fn a_task_that_no_waiting_agent_may_take_is_told() {
        let case = of([queue("a", 500, 30_000, 4), queue("b", 1, 29_999, 4)]);
        let told = case.told_by(stalled).unwrap();
        assert_eq!(told.priority, Priority::High);
        for words in ["`a`", "30 s", "4 claims", "`capabilities`"] {
            assert!(told.message.contains(words), "{words}: {}", told.message);
        }
        assert_eq!(case.told_by(backlog), None);
    }
}
