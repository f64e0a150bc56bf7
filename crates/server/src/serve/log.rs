use std::io::{IsTerminal, stderr};
use std::panic;

use tracing_subscriber::fmt;
use tracing_subscriber::util::TryInitError;

use crate::config::{LogConfig, LogFormat};

/// Sends the log to standard error from now on, and panics with it.
pub(super) fn install(config: &LogConfig) {
    // A second service in one process keeps the log of the first.
    let _installed = subscribe(config);
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
