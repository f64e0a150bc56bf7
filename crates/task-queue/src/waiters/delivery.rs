//! Tasks on their way to the claim that gets them.

use std::{sync::Arc, time::Duration};

use waggle_core::{Call, Redis};

use crate::{
    library::function,
    model::{Claimed, Directive, OutcomeKind, SwarmName, Task},
    task::{SettleAnswer, root},
};

/// Tasks that have been claimed and not yet been taken by whoever asked. Dropped untaken, because the caller hung up,
/// they are given back: the attempt does not count.
pub(crate) struct Delivery {
    tasks: Vec<Task>,
    directive: Directive,
    waited: Duration,
    way_back: Option<Arc<WayBack>>,
}

/// What giving back needs.
pub(crate) struct WayBack {
    pub(crate) redis: Redis,
    pub(crate) swarm: SwarmName,
}

impl Delivery {
    /// Without a `way_back` tasks that nobody takes stay with their lease.
    pub(crate) const fn new(tasks: Vec<Task>, waited: Duration, way_back: Option<Arc<WayBack>>) -> Self {
        Self { tasks, directive: Directive::Run, waited, way_back }
    }

    /// No tasks: nothing to give back.
    pub(crate) const fn nothing(directive: Directive, waited: Duration) -> Self {
        Self { tasks: Vec::new(), directive, waited, way_back: None }
    }

    /// Hands the tasks over for good.
    pub(crate) fn take(mut self) -> Claimed {
        self.way_back = None;
        Claimed { tasks: std::mem::take(&mut self.tasks), directive: self.directive, waited: self.waited }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let Some(way_back) = self.way_back.take() else { return };
        let tasks = std::mem::take(&mut self.tasks);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { way_back.give_back(&tasks).await });
        }
    }
}

impl WayBack {
    async fn give_back(&self, tasks: &[Task]) {
        #[cfg(all(feature = "deliberate-bugs", debug_assertions))]
        let delay = if crate::deliberate_bugs::is("task_lost_on_disconnect") { "31536000000" } else { "0" };
        #[cfg(not(all(feature = "deliberate-bugs", debug_assertions)))]
        let delay = "0";
        let mut call = Call::new(function!("task_settle"), &root(&self.swarm));
        let mut buffer = [0; 36];
        let mut outcomes = 0;
        for task in tasks {
            let Some(lease) = &task.lease else { continue };
            outcomes += 1;
            call.arg("r")
                .arg(task.id.encode(&mut buffer))
                .arg(lease.token.as_str())
                .arg("")
                .arg(delay)
                .arg("")
                .arg("");
        }
        let reply = self.redis.call(call).await;
        match reply.and_then(|reply| SettleAnswer::read_all(outcomes, reply)) {
            Ok(answers) => answers.iter().for_each(|answer| answer.count(OutcomeKind::Release)),
            Err(error) => {
                tracing::warn!(%error, tasks = tasks.len(), "tasks claimed for a caller that hung up return when their leases end");
            }
        }
    }
}
