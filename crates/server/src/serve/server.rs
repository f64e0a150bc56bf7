use std::net::SocketAddr;
use std::time::Duration;

use axum_server::{Handle, Server};
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::ServeError;
use super::gate::Gate;
use crate::app::App;
use crate::config::ServerConfig;
use crate::router::router;
use crate::tls::Tls;

/// Headers and request line together; more is answered with 431. It is also the size of a
/// connection's read buffer: the smallest that hyper has, because ten thousand agents wait, and
/// any larger one doubles it once a connection's first bytes have told HTTP/1 from HTTP/2.
const MAX_HEADER_BYTES: u16 = 8 * 1_024;
/// Requests an HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 256;
/// How often a quiet HTTP/2 peer is asked whether it is there, and how long it may take to say so.
const HTTP2_KEEP_ALIVE: Duration = Duration::from_secs(20);

/// The running HTTP server.
#[derive(Debug)]
pub(super) struct Http {
    handle: Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Http {
    /// Begins to accept, over TLS where there is some.
    pub(super) fn start(listener: TcpListener, config: &ServerConfig, tls: Option<Tls>, app: App) -> Self {
        let handle = Handle::new();
        let mut server = Server::from_listener(listener)
            .acceptor(Gate::new(config, tls, app.in_flight().clone()))
            .handle(handle.clone());
        configure(server.http_builder());
        let server = server.accept_error_handler(|peer, error| {
            tracing::debug!(?peer, %error, "a connection was not accepted");
        });
        let serving =
            tokio::spawn(server.serve(router(app).into_make_service_with_connect_info::<SocketAddr>()));
        Self { handle, serving }
    }

    /// Accepts nothing more; what is being answered has `timeout` to end.
    pub(super) fn finish(&self, timeout: Duration) {
        self.handle.graceful_shutdown(Some(timeout));
    }

    /// Ends everything at once.
    pub(super) fn abort(&self) {
        self.handle.shutdown();
    }

    /// Waits until the last connection has ended.
    ///
    /// # Errors
    /// When serving ended by itself.
    pub(super) async fn ended(&mut self) -> Result<(), ServeError> {
        let ended = (&mut self.serving).await;
        let ended = ended.map_err(|error| ServeError::Serving(error.to_string()))?;
        ended.map_err(|error| ServeError::Serving(error.to_string()))
    }
}

fn configure(builder: &mut Builder<TokioExecutor>) {
    // Timeouts of HTTP/1 are those of `Connection`.
    builder.http1().max_buf_size(MAX_HEADER_BYTES.into());
    builder
        .http2()
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES.into())
        .keep_alive_interval(HTTP2_KEEP_ALIVE)
        .keep_alive_timeout(HTTP2_KEEP_ALIVE);
}
