use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use waggle_core::Codec;
use waggle_core::config::Mode;
use waggle_task_queue::limits::VALUE_BYTES;
use waggle_task_queue::{Maintenance, TaskQueue};

use super::listener::Bound;
use super::server::Http;
use super::signals::Signals;
use super::{ServeError, Store, keyspace, log, reach, system};
use crate::app::App;
use crate::auth::{Access, Follower};
use crate::config::Settings;
use crate::perf::validate::Runs;
use crate::perf::{Monitor, Node, Refresher};
use crate::snapshots::{Desk, Schedule};
use crate::tls::{Reloader, Tls};
use crate::trace::Tracing;

/// How long a stopping service still says so to new requests, before it closes its connections.
const NOTICE: Duration = Duration::from_millis(200);

/// How long a stopping service still sends alerts to its webhook.
const LAST_ALERTS: Duration = Duration::from_secs(3);

/// How the service ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// As asked: everything answered, everything written.
    InOrder,
    /// At the second signal; the exit status that says which.
    AtOnce(u8),
}

/// Runs the service until it is told to stop.
///
/// # Errors
/// [`ServeError`], one line for the operator.
pub async fn run(settings: Settings) -> Result<Ended, ServeError> {
    let (traces, layer) = Tracing::start(&settings.trace).map_err(ServeError::System)?;
    log::install(&settings.log, layer);
    let mut signals = Signals::catch()?;
    let metrics = crate::metrics::install().map_err(|error| ServeError::System(error.to_string()))?;
    reach::check_early(&settings)?;
    let tls = Tls::load(&settings.server.tls)?;
    let bound = Bound::to(settings.server.listen)?;
    system::prepare();
    let store = tokio::select! {
        store = Store::open(&settings) => store?,
        _ = signals.next() => return Ok(Ended::InOrder),
    };
    let ended = serve(&settings, (bound, tls), &store, metrics, &mut signals).await;
    if !matches!(ended, Ok(Ended::AtOnce(_))) {
        store.close().await;
        traces.stop().await;
    }
    ended
}

/// From a store to an answer and back.
async fn serve(
    settings: &Settings,
    (bound, tls): (Bound, Option<Tls>),
    store: &Store,
    metrics: PrometheusHandle,
    signals: &mut Signals,
) -> Result<Ended, ServeError> {
    keyspace::check(store).await?;
    let codec =
        Codec::new(settings.redis.codec.threshold_bytes, VALUE_BYTES).recorded_by(store.redis().perf());
    let queue = TaskQueue::new(store.redis().clone(), codec);
    let access = access(settings, &queue).await?;
    let follower = Follower::spawn(access.clone(), queue.clone());
    let upkeep = tokio::spawn(crate::metrics::upkeep(metrics.clone()));
    let maintenance = Maintenance::spawn(&queue);
    let schedule = Schedule::spawn(&queue, settings);
    let desk = Desk::new(settings);
    let listener = bound.listen()?;
    let address = listener.local_addr().map_err(|error| ServeError::System(error.to_string()))?;
    let monitor = monitor(settings, queue, store, address);
    let refresher = Refresher::spawn(&monitor);
    let app = App::new(access, &settings.server, desk, monitor.clone(), metrics);
    app.validates(Runs::new(address, tls.clone(), app.queue().clone()));
    announce(&address, tls.is_some());
    let reloader = tls.clone().map(Reloader::spawn);
    let mut http = Http::start(listener, &settings.server, tls, app.clone());
    let ended = until_stopped(settings, &app, store, &mut http, signals).await;
    upkeep.abort();
    drop((schedule, follower, reloader));
    if matches!(ended, Ok(Ended::InOrder)) {
        refresher.stop().await;
        monitor.alerts().close(LAST_ALERTS).await;
        maintenance.stop().await;
    }
    ended
}

/// Who may do what from the first request on.
async fn access(settings: &Settings, queue: &TaskQueue) -> Result<Access, ServeError> {
    let access = Access::new(settings).map_err(|error| ServeError::System(error.to_string()))?;
    access.follow(queue).await.map_err(|error| keyspace::unusable(error.to_string()))?;
    reach::check(&settings.server, access.is_required())?;
    Ok(access)
}

fn monitor(settings: &Settings, queue: TaskQueue, store: &Store, address: SocketAddr) -> Monitor {
    let mode = match (store.socket(), settings.redis.mode) {
        (Some(_), _) => "private",
        (None, Mode::Single) => "single",
        (None, Mode::Cluster) => "cluster",
    };
    let node = Node::new(&settings.perf.node, address);
    Monitor::new(queue, settings.perf.clone(), settings.redis.clone(), node, mode)
}

/// Tells whoever started the service that it answers now, and where.
fn announce(address: &SocketAddr, is_secure: bool) {
    let scheme = if is_secure { "https" } else { "http" };
    tracing::info!(address = %format_args!("{scheme}://{address}"), "ready");
    // Nobody may be listening: that is no reason to stop.
    let _ = writeln!(std::io::stdout(), "waggle listens on {scheme}://{address}");
}

async fn until_stopped(
    settings: &Settings,
    app: &App,
    store: &Store,
    http: &mut Http,
    signals: &mut Signals,
) -> Result<Ended, ServeError> {
    tokio::select! {
        ended = http.ended() => return ended.and(Err(ServeError::Serving("the listener closed".to_owned()))),
        error = store.failed() => {
            http.abort();
            return Err(ServeError::RedisGivenUp(error));
        }
        _ = signals.next() => {}
    }
    tracing::info!("stopping: waiting polls are answered, new requests refused");
    tokio::select! {
        ended = drain(settings, app, http) => ended.map(|()| Ended::InOrder),
        status = signals.next() => {
            tracing::warn!("stopping at once");
            http.abort();
            Ok(Ended::AtOnce(status))
        }
    }
}

/// Answers what waits, then ends the connections as they fall silent.
async fn drain(settings: &Settings, app: &App, http: &mut Http) -> Result<(), ServeError> {
    app.drain();
    tokio::time::sleep(NOTICE).await;
    http.finish(settings.server.shutdown_timeout());
    http.ended().await
}
