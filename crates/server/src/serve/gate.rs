use std::future::{Ready, ready};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum_server::accept::Accept;
use rustix::net::sockopt;
use tokio::net::TcpStream;

use super::activity::{Activity, Counted};
use super::connection::{Connection, Open, Timeouts};
use crate::config::ServerConfig;

/// A client that is gone without a word is found out after this and a few probes.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(20);
/// Connections that were opened together are asked in different seconds, so many: asked all at once, of some thousands
/// only about one thousand were seen to answer in time, and the others lost their connections.
const KEEP_ALIVE_SPREAD: u64 = 25;
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEP_ALIVE_PROBES: u32 = 3;
/// What the other side does not acknowledge for so long is given up, in milliseconds.
const USER_TIMEOUT_MS: u32 = 75_000;

/// What every connection passes when it is accepted.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    timeouts: Timeouts,
    open: Arc<AtomicUsize>,
    accepted: Arc<AtomicU64>,
    limit: usize,
}

impl Gate {
    pub(super) fn new(config: &ServerConfig) -> Self {
        Self {
            timeouts: Timeouts::of(config),
            open: Arc::default(),
            accepted: Arc::default(),
            limit: config.max_connections,
        }
    }

    fn admit<S>(&self, stream: TcpStream, service: S) -> io::Result<(Connection, Counted<S>)> {
        let open = Open::take(&self.open, self.limit).ok_or(io::ErrorKind::QuotaExceeded)?;
        prepare(&stream, self.accepted.fetch_add(1, Ordering::Relaxed))?;
        let activity = Arc::new(Activity::default());
        let connection = Connection::new(stream, self.timeouts, Arc::clone(&activity), open);
        Ok((connection, Counted::new(activity, service)))
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Connection;
    type Service = Counted<S>;
    type Future = Ready<io::Result<(Connection, Counted<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.admit(stream, service))
    }
}

/// Small answers leave at once; a peer that vanished is noticed while a poll waits for it.
fn prepare(stream: &TcpStream, number: u64) -> io::Result<()> {
    let after = KEEP_ALIVE_AFTER + Duration::from_secs(number % KEEP_ALIVE_SPREAD);
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, after)?;
    sockopt::set_tcp_keepintvl(stream, KEEP_ALIVE_EVERY)?;
    sockopt::set_tcp_keepcnt(stream, KEEP_ALIVE_PROBES)?;
    sockopt::set_tcp_user_timeout(stream, USER_TIMEOUT_MS)?;
    Ok(())
}
