//! Clients that take little of what is sent to them.

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};

use crate::World;

/// Bytes that the kernel keeps for one; it doubles them.
const KEPT: u32 = 4_096;

/// A connection with little room for the answer to this `GET`, which was sent; `headers` are lines that end with `\r\n`.
///
/// # Panics
/// When nobody listens.
pub async fn narrow(w: &World, path: &str, headers: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(KEPT).unwrap();
    let mut stream = socket.connect(w.service().address().parse().unwrap()).await.unwrap();
    let request = format!("GET {} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n", w.path(path));
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}
