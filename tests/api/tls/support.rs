use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use waggle_tests::{PATIENCE, secure};

/// A connection over TLS on which requests are written by hand.
pub(super) struct Secure(TlsStream<TcpStream>);

impl Secure {
    pub(super) async fn connect(address: &str, config: &Arc<ClientConfig>) -> Self {
        Self(secure(address, Arc::clone(config)).await.unwrap())
    }

    /// Sends bytes.
    pub(super) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The status of `GET path` on this connection, which goes on; `more` are further headers, each with its end.
    pub(super) async fn get(&mut self, path: &str, more: &str) -> u16 {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n")).await;
        let mut bytes = Vec::new();
        let mut chunk = [0; 16_384];
        loop {
            let read = timeout(PATIENCE, self.0.read(&mut chunk)).await.expect("an answer in time").unwrap();
            assert!(read > 0, "the connection was closed: {}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&chunk[..read]);
            let text = String::from_utf8_lossy(&bytes);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            if body.len() >= length.parse().unwrap() {
                return head.split(' ').nth(1).unwrap().parse().unwrap();
            }
        }
    }

    /// The certificate that the service has shown.
    pub(super) fn shown(&self) -> Vec<u8> {
        self.0.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }

    /// The protocol that was agreed on.
    pub(super) fn protocol(&self) -> Option<&[u8]> {
        self.0.get_ref().1.alpn_protocol()
    }

    /// Exactly so many bytes.
    pub(super) async fn exactly(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        timeout(PATIENCE, self.0.read_exact(&mut bytes)).await.expect("bytes in time").unwrap();
        bytes
    }

    /// All that comes until the service closes the connection.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        rest(&mut self.0).await
    }
}

/// All that comes until the other side closes the connection.
pub(super) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end as well.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("it is closed in time");
    bytes
}

/// What a refused client sees: nothing comes back for a request. With TLS 1.3 it learns that only then.
pub(super) async fn is_refused(address: &str, config: Arc<ClientConfig>) -> bool {
    let Ok(mut stream) = secure(address, config).await else { return true };
    let _ = stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let _ = stream.flush().await;
    let mut byte = [0];
    !matches!(timeout(Duration::from_secs(10), stream.read(&mut byte)).await.expect("in time"), Ok(1))
}
