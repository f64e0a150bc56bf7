use std::path::{Path, PathBuf};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::crashes::Crashes;
use super::data_dir::DataDir;
use super::find::Search;
use super::lock::Locks;
use super::spawn::Launcher;
use super::supervisor::Supervisor;
use super::{StartError, conf, ready};
use crate::clock::Clock;
use crate::config::PrivateConfig;

/// A Redis that belongs to this process, on a unix socket in its data directory.
///
/// It is restarted when it dies, with growing delays; the data outlives it and this
/// process. It does not outlive this process itself, even one that is killed.
/// Dropped without [`stop`](Self::stop), it is asked to end and not waited for.
#[derive(Debug)]
pub struct PrivateRedis {
    socket: PathBuf,
    stop: CancellationToken,
    failure: watch::Receiver<Option<StartError>>,
    supervisor: Option<JoinHandle<()>>,
}

impl PrivateRedis {
    /// Starts a Redis on the data in `data_dir` and waits until it has loaded them
    /// and answers. The directory is created with mode 0700 where it is missing.
    ///
    /// # Errors
    ///
    /// [`StartError`], one line with the setting and the remedy: no usable program,
    /// a directory that is in use or cannot be used, damaged data, a Redis that ends
    /// or does not answer.
    pub async fn start(config: &PrivateConfig, data_dir: &Path) -> Result<Self, StartError> {
        Self::start_from(&Search::of_this_process(), config, data_dir).await
    }

    pub(super) async fn start_from(
        search: &Search,
        config: &PrivateConfig,
        data_dir: &Path,
    ) -> Result<Self, StartError> {
        let program = search.redis(config.server_path.as_deref()).await?;
        let data_dir = DataDir::prepare(data_dir)?;
        let locks = Locks::acquire(&data_dir).await?;
        conf::write(&data_dir, config).map_err(|error| data_dir.unusable(&error.to_string()))?;
        let socket = data_dir.socket();
        tracing::info!(program = %program.display(), socket = %socket.display(), "starting the private Redis");
        let launcher = Launcher::new(search, program, data_dir, locks)?;
        let mut child = launcher.spawn().await?;
        if let Err(error) = ready::wait(&mut child, launcher.data_dir()).await {
            child.terminate().await;
            return Err(error);
        }
        let stop = CancellationToken::new();
        let (failure, failed) = watch::channel(None);
        let crashes = Crashes::new(Clock::system());
        let supervisor = Supervisor { launcher, crashes, stop: stop.clone(), failure };
        let supervisor = tokio::spawn(supervisor.run(child));
        Ok(Self { socket, stop, failure: failed, supervisor: Some(supervisor) })
    }

    /// The socket it listens on, an absolute path.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Resolves when it is given up: five deaths within a minute, or data that cannot
    /// be read any more. Never resolves otherwise.
    pub async fn failed(&self) -> StartError {
        let mut failure = self.failure.clone();
        match failure.wait_for(Option::is_some).await.ok().and_then(|error| error.clone()) {
            Some(error) => error,
            None => std::future::pending().await,
        }
    }

    /// Ends it: everything written is on the disk, and the directory free, when this
    /// returns. A Redis that does not end within 30 s is killed. One whose disk failed gets 20 s before that to
    /// write everything anew.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(supervisor) = self.supervisor.take() {
            // Only a panic ends it otherwise, and then the child was dropped with it.
            let _ = supervisor.await;
        }
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
