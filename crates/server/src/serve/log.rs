use std::io::{IsTerminal, stderr};
use std::panic;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::TryInitError;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::{LogConfig, LogFormat};
use crate::trace;

/// Sends the log to standard error from now on, and panics with it; spans go to `traces`.
pub(super) fn install(config: &LogConfig, traces: Option<trace::Layer>) {
    // A second service in one process keeps the log of the first.
    let _installed = match traces {
        None => subscribe(config),
        Some(traces) => subscribe_beside(traces, config),
    };
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("without a message");
        tracing::error!(place, message, "a task panicked");
    }));
}

fn subscribe(config: &LogConfig) -> Result<(), TryInitError> {
    use tracing_subscriber::util::SubscriberInitExt as _;
    let filter = config.filter().unwrap_or_default();
    let log = fmt().with_env_filter(filter).with_writer(stderr).with_ansi(stderr().is_terminal());
    match config.format {
        LogFormat::Text => log.finish().try_init(),
        LogFormat::Json => log.json().flatten_event(true).finish().try_init(),
    }
}

/// What the log wants to know of is no business of the traces, nor the other way round.
fn subscribe_beside(traces: trace::Layer, config: &LogConfig) -> Result<(), TryInitError> {
    use tracing_subscriber::util::SubscriberInitExt as _;
    let filter = config.filter().unwrap_or_default();
    let log = fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal());
    let registry = registry().with(traces);
    match config.format {
        LogFormat::Text => registry.with(log.with_filter(filter)).try_init(),
        LogFormat::Json => registry.with(log.json().flatten_event(true).with_filter(filter)).try_init(),
    }
}
