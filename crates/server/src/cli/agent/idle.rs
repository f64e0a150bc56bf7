//! `--exit-when-idle-ms`.

use std::time::Duration;

use tokio::sync::watch;

/// How many tasks an agent holds.
#[derive(Clone)]
pub(super) struct Idle(watch::Sender<usize>);

/// A task is held for as long as this lives.
pub(super) struct Busy(watch::Sender<usize>);

impl Idle {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Counts a task as held.
    pub(super) fn busy(&self) -> Busy {
        self.0.send_modify(|held| *held += 1);
        Busy(self.0.clone())
    }

    /// Returns once nothing has been held for all of `limit`; never without a limit.
    pub(super) async fn lasted(&self, limit: Option<Duration>) {
        let Some(limit) = limit else { return std::future::pending().await };
        let mut held = self.0.subscribe();
        loop {
            // The sender lives as long as self, so neither wait can end in an error.
            let _ = held.wait_for(|held| *held == 0).await;
            tokio::select! {
                _ = held.changed() => {}
                () = tokio::time::sleep(limit) => return,
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn an_agent_that_holds_a_task_is_not_idle_and_one_that_gave_it_up_is() {
        let idle = Idle::new();
        let busy = idle.busy();
        assert!(idle.lasted(Some(Duration::ZERO)).now_or_never().is_none());
        drop(busy);
        idle.lasted(Some(Duration::ZERO)).await;
    }

    #[tokio::test]
    async fn without_a_limit_an_agent_is_never_idle_for_too_long() {
        assert!(Idle::new().lasted(None).now_or_never().is_none());
    }
}
