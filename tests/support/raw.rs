//! Bytes on a socket, for what no HTTP client would send, and for hanging up.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(20);

/// A connection to a service.
#[derive(Debug)]
pub struct Raw(TcpStream);

impl Raw {
    /// Connects to `HOST:PORT`.
    pub async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Connects from another address of this machine, such as `127.0.0.2`: as another client.
    pub async fn connect_from(from: &str, address: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Whether the service leaves the connection open, and says nothing, for so long.
    pub async fn is_quiet_for(&mut self, time: Duration) -> bool {
        timeout(time, self.0.read(&mut [0; 1])).await.is_err()
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Sends bytes to a service that may have closed the connection already.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.0.write_all(bytes.as_ref()).await
    }

    /// Sends a POST with a JSON body.
    pub async fn post(&mut self, path: &str, body: &str) {
        let length = body.len();
        self.send(format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
        .await;
    }

    /// Everything until the service closes the connection, or until the end of an answer's head and first bytes of
    /// its body when `to_end` is false.
    pub async fn read(&mut self, to_end: bool) -> String {
        let mut bytes = Vec::new();
        let reading = async {
            let mut chunk = [0; 4_096];
            while let Ok(read @ 1..) = self.0.read(&mut chunk).await {
                bytes.extend_from_slice(&chunk[..read]);
                if !to_end && bytes.windows(4).any(|at| at == b"\r\n\r\n") {
                    break;
                }
            }
        };
        timeout(DEADLINE, reading).await.expect("the service answers or closes in time");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Closes the connection with a reset, as a killed process with unread bytes does.
    pub fn reset(self) {
        // No lingering: what is not acknowledged is thrown away, and the other side is told.
        self.0.set_zero_linger().unwrap();
    }
}
