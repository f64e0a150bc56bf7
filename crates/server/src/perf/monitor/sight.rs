use std::collections::HashMap;

use waggle_core::Figures;
use waggle_task_queue::Survey;
use waggle_task_queue::model::{QueueName, SwarmName};

use crate::perf::alert::QueueReading;
use crate::perf::report::{QueueFigures, RedisFigures, Trend};

/// How many claims wait, by swarm and queue.
pub(super) type Waiting = HashMap<(SwarmName, QueueName), usize>;

/// What the last refresh saw. What could not be seen is told with the reason.
#[derive(Debug, Clone)]
pub struct Sight {
    /// Redis.
    pub redis: Result<RedisFigures, String>,
    /// Swarms, tasks, agents and queues; the last one that was complete where there is no newer one.
    pub survey: Survey,
    /// Why there is no newer one.
    pub survey_failed: Option<String>,
    /// Claims that wait in this server by swarm and queue.
    pub waiting: Waiting,
    /// Of the queues that claims wait for, those with ready tasks; `None` where they could not be asked for.
    pub waited_for: Option<Vec<QueueReading>>,
    /// Where the figures of the last ten minutes have been going.
    pub trends: Vec<Trend>,
}

impl Default for Sight {
    fn default() -> Self {
        let not_yet = "not looked at yet: the first refresh is still under way";
        Self {
            redis: Err(not_yet.to_owned()),
            survey: Survey::default(),
            survey_failed: Some(not_yet.to_owned()),
            waiting: HashMap::new(),
            waited_for: None,
            trends: Vec::new(),
        }
    }
}

impl Sight {
    /// The queues with the most unfinished tasks.
    pub fn queues(&self) -> Vec<QueueFigures> {
        let queues = self.survey.queues.iter();
        let figures = queues.map(|(swarm, seen)| QueueFigures {
            swarm: swarm.to_string(),
            queue: seen.name.to_string(),
            tasks: seen.tasks,
            oldest_ready_ms: seen.oldest_ready_ms,
            waiting: self.waiting.get(&(swarm.clone(), seen.name.clone())).map_or(0, |claims| *claims as u64),
        });
        figures.collect()
    }
}

/// Redis as it is told in reports; `mode` is `private`, `single` or `cluster`.
pub(super) fn redis_figures(figures: Figures, mode: &str) -> RedisFigures {
    RedisFigures {
        version: figures.version,
        mode: mode.to_owned(),
        used_memory_bytes: figures.used_memory,
        maxmemory_bytes: figures.maxmemory,
        memory_ratio: figures.memory_share,
        fragmentation_ratio: figures.fragmentation,
        clients: figures.clients,
        commands_per_s: figures.commands_per_s,
        aof_ok: figures.persistence_ok,
        aof_delayed_fsync: figures.delayed_fsyncs,
    }
}
