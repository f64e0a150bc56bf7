use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum_server::accept::Accept;
use futures_util::future::Either;
use rustix::net::sockopt;
use tokio::net::TcpStream;

use super::activity::{Activity, Counted};
use super::connection::{Connection, Timeouts};
use super::open::Connections;
use crate::clients::InFlight;
use crate::config::ServerConfig;
use crate::tls::Tls;

/// A client that is gone without a word is found out after this and a few probes.
const KEEP_ALIVE_AFTER: Duration = Duration::from_secs(20);
/// Connections that were opened together are asked in different seconds, so many: asked all at once, of some thousands
/// only about one thousand were seen to answer in time, and the others lost their connections.
const KEEP_ALIVE_SPREAD: u64 = 15;
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(10);
const KEEP_ALIVE_PROBES: u32 = 3;
/// What the other side does not acknowledge for so long is given up, in milliseconds.
const USER_TIMEOUT_MS: u32 = 45_000;

/// What every connection passes when it is accepted.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    timeouts: Timeouts,
    connections: Connections,
    in_flight: InFlight,
    accepted: Arc<AtomicU64>,
    tls: Option<Tls>,
}

impl Gate {
    pub(super) fn new(config: &ServerConfig, tls: Option<Tls>, in_flight: InFlight) -> Self {
        Self {
            timeouts: Timeouts::of(config),
            connections: Connections::new(config),
            in_flight,
            accepted: Arc::default(),
            tls,
        }
    }

    fn admit<S>(&self, stream: TcpStream, service: S) -> io::Result<Accepted<S>> {
        let from = stream.peer_addr()?.ip();
        let open = self.connections.open(from).ok_or(io::ErrorKind::QuotaExceeded)?;
        prepare(&stream, self.accepted.fetch_add(1, Ordering::Relaxed))?;
        let activity = Arc::new(Activity::new(self.in_flight.account(from)));
        let connection = Connection::new(stream, self.timeouts, Arc::clone(&activity), open);
        Ok((connection, Counted::new(activity, service)))
    }
}

/// A connection that may begin, and what answers it.
type Accepted<S> = (Connection, Counted<S>);

impl<S: Send + 'static> Accept<TcpStream, S> for Gate {
    type Stream = Connection;
    type Service = Counted<S>;
    type Future =
        Either<Ready<io::Result<Accepted<S>>>, Pin<Box<dyn Future<Output = io::Result<Accepted<S>>> + Send>>>;

    /// Each connection is accepted by a task of its own: who takes long for that holds up nobody.
    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let admitted = self.admit(stream, service);
        match &self.tls {
            None => Either::Left(ready(admitted)),
            Some(tls) => Either::Right(Box::pin(secure(tls.clone(), admitted))),
        }
    }
}

/// The same over TLS.
async fn secure<S>(tls: Tls, admitted: io::Result<Accepted<S>>) -> io::Result<Accepted<S>> {
    let (connection, service) = admitted?;
    let (connection, certified) = connection.secured(&tls).await?;
    Ok((connection, service.of(certified)))
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
