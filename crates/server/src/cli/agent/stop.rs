//! When an agent ends, and how.

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// How far an agent has come on its way to its end. It never turns back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Claims and works.
    Working,
    /// Finishes what it holds and claims no more.
    Finishing,
    /// Gives back what it holds.
    GivingBack,
}

/// One agent's phase, seen by all its workers.
#[derive(Clone)]
pub(super) struct Stop {
    phase: watch::Sender<Phase>,
    dismissed: Arc<AtomicBool>,
}

impl Stop {
    pub(super) fn new() -> Self {
        Self { phase: watch::Sender::new(Phase::Working), dismissed: Arc::default() }
    }

    /// The service knows the agent no more.
    pub(super) fn dismiss(&self) {
        self.dismissed.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_dismissed(&self) -> bool {
        self.dismissed.load(Ordering::Relaxed)
    }

    /// Moves on to `phase`, never back.
    pub(super) fn advance(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let later = phase > *now;
            *now = phase.max(*now);
            later
        });
    }

    /// The phase now.
    pub(super) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Returns once the agent has come as far as `phase`.
    pub(super) async fn reached(&self, phase: Phase) {
        let waited = self.phase.subscribe().wait_for(|now| *now >= phase).await.is_ok();
        debug_assert!(waited, "the sender lives as long as self");
    }
}

/// SIGINT and SIGTERM, from the moment of [`Signals::listen`] on.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the two signals over from the operating system's default.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn listen() -> anyhow::Result<Self> {
        let take = |kind| signal(kind).context("signals cannot be taken over");
        Ok(Self { interrupt: take(SignalKind::interrupt())?, terminate: take(SignalKind::terminate())? })
    }

    /// At the first signal moves `stop` to giving back; returns at the second one with the exit
    /// status that a shell gives to a process killed by it.
    pub(super) async fn obey(&mut self, stop: &Stop) -> ExitCode {
        self.next().await;
        tracing::info!(
            "stopping: running commands get SIGTERM, their tasks are given back; again to stop at once"
        );
        stop.advance(Phase::GivingBack);
        let number = self.next().await;
        tracing::warn!("stopping at once: the tasks come back when their leases end");
        ExitCode::from(128 + number)
    }

    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_phase_that_was_passed_counts_as_reached_and_never_comes_back() {
        let stop = Stop::new();
        stop.advance(Phase::GivingBack);
        stop.advance(Phase::Finishing);
        assert_eq!(stop.phase(), Phase::GivingBack);
        stop.reached(Phase::Finishing).await;
    }
}
