use super::judge::figure;
use crate::config::AlertsConfig;
use crate::perf::alert::{Finding, QueueReading, Readings};

/// How long the oldest task has been ready in a queue that agents wait for, in milliseconds; the worst of all queues.
/// Agents wait beside a ready task where none of them can do it, or where its queue holds it back.
pub(super) fn find(readings: &Readings, config: &AlertsConfig) -> Option<Finding> {
    let queues = readings.queues.as_ref()?;
    let waited_for = queues.iter().filter(|queue| queue.waiting > 0);
    let worst = waited_for.clone().max_by_key(|queue| queue.oldest_ready_ms);
    let limit = config.queue_stalled_ms;
    let stalled = waited_for.filter(|queue| queue.oldest_ready_ms > limit).count();
    let message = worst.map_or_else(
        || "no task is ready in a queue that agents wait for".to_owned(),
        |worst| message(worst, stalled, limit),
    );
    Some(Finding::new(figure(worst.map_or(0, |worst| worst.oldest_ready_ms)), figure(limit), message))
}

fn message(worst: &QueueReading, stalled: usize, limit: u64) -> String {
    let QueueReading { swarm, queue, oldest_ready_ms, waiting } = worst;
    let others = match stalled {
        0 | 1 => String::new(),
        more => format!("; {more} queues are stalled in all"),
    };
    format!(
        "a task of queue {queue} in swarm {swarm} has been ready for {oldest_ready_ms} ms while {waiting} claims wait; \
         {limit} ms is the limit{others}"
    )
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;

    fn queue(name: &str, oldest_ready_ms: u64, waiting: u64) -> QueueReading {
        QueueReading { swarm: "s".to_owned(), queue: name.to_owned(), oldest_ready_ms, waiting }
    }

    fn found(queues: Option<Vec<QueueReading>>) -> Option<Finding> {
        find(&Readings { queues, ..Readings::default() }, &AlertsConfig::default())
    }

    #[test]
    fn it_speaks_when_a_task_stays_ready_beside_agents_that_wait() {
        let idle = found(Some(vec![queue("a", 90_000, 0), queue("b", 30_000, 5)]));
        assert_rule(&found(None), &idle, &found(Some(vec![queue("b", 30_001, 1)])));
        assert_rule(&None, &found(Some(Vec::new())), &found(Some(vec![queue("b", 30_001, 1)])));
    }

    #[test]
    fn it_names_the_worst_queue_and_says_how_many_there_are() {
        let queues = vec![queue("a", 40_000, 1), queue("<b>", 50_000, 2), queue("c", 60_000, 0)];
        let finding = found(Some(queues)).unwrap();
        assert_eq!(finding.value, 50_000.0);
        assert!(finding.message.contains("queue <b> in swarm s"), "{}", finding.message);
        assert!(finding.message.contains("2 queues are stalled"), "{}", finding.message);
    }
}
