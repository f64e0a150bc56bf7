//! One agent from its start to its end.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinSet;
use tracing_subscriber::EnvFilter;

use super::{
    args::RunArgs,
    idle::Idle,
    quota::Quota,
    settings::Settings,
    stop::{Phase, Signals, Stop},
    worker::Worker,
};

/// Runs the agent of `waggle agent run`.
///
/// # Errors
/// When it cannot go on.
pub(super) async fn run(args: RunArgs) -> anyhow::Result<ExitCode> {
    log_to_stderr();
    let concurrency = args.concurrency;
    let idle_limit = args.exit_when_idle_ms.map(Duration::from_millis);
    let quota = Quota::new(args.max_tasks);
    let settings = Arc::new(Settings::new(args)?);
    let (stop, idle) = (Stop::new(), Idle::new());
    let mut signals = Signals::listen()?;
    tracing::info!(agent = %settings.agent, service = settings.client.url(), swarm = %settings.client.swarm(), "waiting for tasks");
    let worker = Worker { settings, stop: stop.clone(), idle: idle.clone(), quota };
    let mut workers: JoinSet<_> = (0..concurrency).map(|_| worker.clone().run()).collect();
    tokio::select! {
        code = signals.obey(&stop) => {
            // Dropped workers take their commands with them.
            workers.shutdown().await;
            Ok(code)
        }
        ended = finish(&mut workers, &stop) => ended.map(|()| ExitCode::SUCCESS),
        never = give_up_when_idle(&idle, idle_limit, &stop) => match never {},
    }
}

/// Waits for all workers. When one cannot go on, the others finish what they hold.
async fn finish(workers: &mut JoinSet<anyhow::Result<()>>, stop: &Stop) -> anyhow::Result<()> {
    let mut first = Ok(());
    while let Some(ended) = workers.join_next().await {
        let ended = ended.unwrap_or_else(|panic| Err(panic.into()));
        if ended.is_err() {
            stop.advance(Phase::Finishing);
            first = first.and(ended);
        }
    }
    first
}

async fn give_up_when_idle(idle: &Idle, limit: Option<Duration>, stop: &Stop) -> std::convert::Infallible {
    idle.lasted(limit).await;
    stop.advance(Phase::Finishing);
    std::future::pending().await
}

/// What happens is told on standard error, at the level of `WAGGLE_LOG__LEVEL` (`info` where it is not
/// set), the variable that sets the level of the service as well.
fn log_to_stderr() {
    let level = EnvFilter::try_from_env("WAGGLE_LOG__LEVEL").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().compact().with_target(false).with_env_filter(level);
    let lines = lines.with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    // Whoever set up logging before has decided already.
    let _ = lines.try_init();
}
