use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ServeError;

/// What asks a process to stop.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on the signals end nothing by themselves.
    ///
    /// # Errors
    /// When the system does not let them be caught.
    pub(crate) fn catch() -> Result<Self, ServeError> {
        let failed = |error: std::io::Error| ServeError::System(format!("signals cannot be caught: {error}"));
        let interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let terminate = signal(SignalKind::terminate()).map_err(failed)?;
        Ok(Self { interrupt, terminate })
    }

    /// Waits for the next one; returns the exit status of a process that it ends, as shells count it.
    pub(crate) async fn next(&mut self) -> u8 {
        tokio::select! {
            Some(()) = self.interrupt.recv() => 130,
            Some(()) = self.terminate.recv() => 143,
            else => std::future::pending().await,
        }
    }
}
