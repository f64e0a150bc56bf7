use std::time::SystemTime;

use futures_util::future::join;
use waggle_task_queue::model::{OutcomeKind, Settled, Status, SwarmName, TaskId};
use waggle_task_queue::{Attempt, TaskQueue};

use super::task::{Ended, tell_run};
use super::tracing::tracer;

/// Attempts that end in this request, to be told of in the traces of their tasks.
///
/// A settlement does not say which trace a task belongs to, and another server may have handed it out: that is read
/// beside the settlement. Where nothing is traced nothing is read.
pub(crate) struct Runs(Option<Box<Watched>>);

struct Watched {
    queue: TaskQueue,
    swarm: SwarmName,
    leases: Vec<(TaskId, String)>,
    kinds: Vec<OutcomeKind>,
    attempts: Vec<Option<Attempt>>,
    /// When they ended: a settlement may go on to wait for the next task.
    ended_at: SystemTime,
}

impl Runs {
    /// Attempts by task and lease token, with how each is to end.
    pub(crate) fn of<'a>(
        queue: &TaskQueue,
        swarm: &SwarmName,
        ending: impl IntoIterator<Item = (TaskId, &'a str, OutcomeKind)>,
    ) -> Self {
        if tracer().is_none() {
            return Self(None);
        }
        let (leases, kinds) =
            ending.into_iter().map(|(id, token, kind)| ((id, token.to_owned()), kind)).unzip();
        Self(Some(Box::new(Watched {
            queue: queue.clone(),
            swarm: swarm.clone(),
            leases,
            kinds,
            attempts: Vec::new(),
            ended_at: SystemTime::now(),
        })))
    }

    /// Waits for what ends the attempts, and reads beside it what is to be told of them.
    pub(crate) async fn until<T>(&mut self, settled: impl Future<Output = T>) -> T {
        let Some(watched) = &mut self.0 else { return settled.await };
        // First, so that it is on its way when the settlement is: it costs no round trip of its own.
        join(watched.read(), settled).await.1
    }

    /// Tells of every attempt that a settlement has ended.
    pub(crate) fn settled(&self, outcomes: &[Settled]) {
        for Settled { id, result } in outcomes {
            if let Ok(settled) = result {
                self.ended(*id, settled.status, settled.replayed);
            }
        }
    }

    /// Tells of the attempt at this task that it has ended, and where the task stands now.
    pub(crate) fn ended(&self, id: TaskId, status: Status, replayed: bool) {
        let Some(watched) = self.0.as_deref().filter(|_| !replayed) else { return };
        let Some(index) = watched.leases.iter().position(|(task, _)| *task == id) else { return };
        if let Some(attempt) = watched.attempts.get(index).and_then(Option::as_ref) {
            let (outcome, at) = (watched.kinds[index], watched.ended_at);
            tell_run(&Ended { swarm: &watched.swarm, id, attempt, outcome, status, at });
        }
    }
}

impl Watched {
    async fn read(&mut self) {
        match self.queue.trace(&self.swarm, &self.leases).await {
            Ok(attempts) => self.attempts = attempts,
            // The settlement meets the same trouble and says so to its caller.
            Err(error) => tracing::debug!(%error, "the traces of tasks that end could not be read"),
        }
        self.ended_at = SystemTime::now();
    }
}
