use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::Target;
use super::outcome::Outcome;

/// Addresses of a name that are tried.
const ADDRESSES: usize = 4;

/// A connection, with or without TLS.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Connects to the first address of the target that answers within its share of `within`. A name is looked up here and
/// nowhere else, so that what was checked is what is connected to.
///
/// # Errors
/// How the attempt ends instead.
pub(super) async fn connect(
    target: &Target,
    tls: Option<&TlsConnector>,
    within: Duration,
) -> Result<Box<dyn Io>, Outcome> {
    let again = |problem: String| Outcome::Again(problem, None);
    let stream = reach(&permitted(target).await?, within).await.map_err(again)?;
    let Some(tls) = tls.filter(|_| target.tls) else { return Ok(Box::new(stream)) };
    let name =
        ServerName::try_from(target.host.clone()).map_err(|error| Outcome::Failed(error.to_string()))?;
    let stream = tls.connect(name, stream).await.map_err(|error| again(format!("no TLS: {error}")))?;
    Ok(Box::new(stream))
}

async fn permitted(target: &Target) -> Result<Vec<SocketAddr>, Outcome> {
    let found = lookup_host((target.host.as_str(), target.port)).await;
    let found =
        found.map_err(|error| Outcome::Again(format!("its name cannot be looked up: {error}"), None))?;
    let may = |address: &SocketAddr| target.guard.permits(address.ip(), target.tls);
    let addresses: Vec<_> = found.filter(may).take(ADDRESSES).collect();
    if addresses.is_empty() {
        let remedy = "its name leads into a network that is not public; name that in `perf.webhook.allow` if it is meant";
        return Err(Outcome::Refused(remedy.to_owned()));
    }
    Ok(addresses)
}

async fn reach(addresses: &[SocketAddr], within: Duration) -> Result<TcpStream, String> {
    let share = within / u32::try_from(addresses.len()).unwrap_or(1).max(1);
    let mut last = String::new();
    for address in addresses {
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = format!("no connection: {error}"),
            Err(_) => "no connection in time".clone_into(&mut last),
        }
    }
    Err(last)
}
