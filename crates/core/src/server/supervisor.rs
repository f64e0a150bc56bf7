use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::StartError;
use super::append_only::Healer;
use super::crashes::{Crashes, MAX_CRASHES, WINDOW};
use super::diagnose::diagnose;
use super::ready;
use super::spawn::{Child, Launcher};

use crate::metrics;

/// Keeps one Redis alive until it is told to stop, or until that proves hopeless.
#[derive(Debug)]
pub(super) struct Supervisor {
    pub(super) launcher: Launcher,
    pub(super) crashes: Crashes,
    pub(super) stop: CancellationToken,
    pub(super) failure: watch::Sender<Option<StartError>>,
}

impl Supervisor {
    /// Returns when Redis is gone for good; the locks go with it.
    pub(super) async fn run(mut self, mut child: Child) {
        let stop = self.stop.clone();
        loop {
            let mut healer = Healer::new(self.launcher.data_dir());
            tokio::select! {
                biased;
                () = stop.cancelled() => return end(child, healer).await,
                _ = child.exited() => {}
                () = healer.sync_lost() => {
                    tracing::error!("the private Redis lost a sync; all is written anew, and it is restarted");
                    child.terminate().await;
                }
            }
            let died = diagnose(&mut child, self.launcher.data_dir()).await;
            child = match self.replace(died).await {
                Ok(Some(child)) => child,
                Ok(None) => return,
                Err(error) => return self.give_up(error),
            };
        }
    }

    /// Another Redis in the place of one that died; `None` when told to stop meanwhile.
    async fn replace(&mut self, mut died: StartError) -> Result<Option<Child>, StartError> {
        let stop = self.stop.clone();
        loop {
            let delay = self.allow(&died)?;
            tracing::error!(error = %died, delay_ms = delay.as_millis(), "the private Redis died: it is restarted");
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(None),
                () = sleep(delay) => {}
            }
            match self.start(&stop).await {
                Err(error) => died = error,
                Ok(child) => return Ok(child),
            }
        }
    }

    /// One try; `None` when told to stop meanwhile.
    async fn start(&self, stop: &CancellationToken) -> Result<Option<Child>, StartError> {
        let mut child = self.launcher.spawn().await?;
        let ready = tokio::select! {
            biased;
            () = stop.cancelled() => Ok(None),
            ready = ready::wait(&mut child, self.launcher.data_dir()) => ready.map(Some),
        };
        if !matches!(ready, Ok(Some(()))) {
            child.terminate().await;
            return ready.map(|_| None);
        }
        metrics::private_restarted();
        tracing::info!("the private Redis answers again");
        Ok(Some(child))
    }

    /// The delay before another try, or the reason why there will be none.
    fn allow(&mut self, died: &StartError) -> Result<Duration, StartError> {
        let (status, detail) = match died {
            StartError::Ended { status, detail } => (status.clone(), detail.clone()),
            StartError::NoAnswer { .. } | StartError::NotStarted { .. } => {
                ("no status".to_owned(), died.to_string())
            }
            // Trying again does not mend data.
            _ => return Err(died.clone()),
        };
        let (count, seconds) = (MAX_CRASHES, WINDOW.as_secs());
        self.crashes.record().ok_or(StartError::KeepsDying { count, seconds, status, detail })
    }

    fn give_up(&self, error: StartError) {
        tracing::error!(%error, "the private Redis is not restarted any more");
        self.failure.send_replace(Some(error));
    }
}

async fn end(mut child: Child, mut healer: Healer) {
    tokio::select! {
        _ = child.exited() => {}
        () = healer.before_stop() => {}
    }
    child.terminate().await;
}
