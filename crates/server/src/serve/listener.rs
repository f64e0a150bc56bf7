use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use super::ServeError;
use crate::config::Listen;

/// Connections that may wait to be accepted: 1,000 agents come back at once after a restart.
const BACKLOG: u32 = 4_096;

/// An address that is taken and not yet listened on: nobody waits for a service that is not there yet.
#[derive(Debug)]
pub(super) struct Bound {
    address: SocketAddr,
    socket: TcpSocket,
}

impl Bound {
    /// Takes the address.
    ///
    /// # Errors
    /// [`ServeError::Listen`].
    pub(super) fn to(listen: Listen) -> Result<Self, ServeError> {
        let address = listen.address();
        let socket = bind(address).map_err(|error| failed(address, &error))?;
        Ok(Self { address, socket })
    }

    /// Begins to listen.
    ///
    /// # Errors
    /// [`ServeError::Listen`].
    pub(super) fn listen(self) -> Result<TcpListener, ServeError> {
        self.socket.listen(BACKLOG).map_err(|error| failed(self.address, &error))
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart must not wait for connections of the process before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn failed(address: SocketAddr, error: &io::Error) -> ServeError {
    let problem = match error.kind() {
        io::ErrorKind::AddrInUse => "the port is in use by another program".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have the address".to_owned(),
        io::ErrorKind::PermissionDenied => "the port needs more rights than this user has".to_owned(),
        _ => error.to_string(),
    };
    ServeError::Listen { address, problem }
}
