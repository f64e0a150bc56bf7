use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bench::load::answer::find;

/// More than the largest answer asked for: a hundred claimed tasks.
const MAX_ANSWER_BYTES: usize = 4 << 20;
/// Room for an ordinary answer, so that most take one read.
const READ_BYTES: usize = 2048;
const HEAD_END: &[u8] = b"\r\n\r\n";
/// Such an answer has no length.
const NO_CONTENT: u16 = 204;
const LENGTH: &[u8] = b"content-length:";

/// One keep-alive HTTP/1.1 connection that sends prebuilt requests and reads as little of an answer as will
/// do: the generator shares the machine with what it measures and has to be the cheaper of the two.
pub(crate) struct Connection {
    stream: TcpStream,
    inbox: Vec<u8>,
}

impl Connection {
    /// Connects, and asks something harmless once so that the accept is behind us when measuring begins; what
    /// is answered does not matter.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("connect to {address}"))?;
        stream.set_nodelay(true)?;
        let mut connection = Connection { stream, inbox: Vec::new() };
        connection.send(&super::request::get("/health/live")).await?;
        connection.receive().await?;
        Ok(connection)
    }

    /// Sends a request and returns the body of its answer.
    ///
    /// # Errors
    /// Any status but 2xx, with the body; a connection that breaks.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<&[u8]> {
        self.send(request).await?;
        let (status, start) = self.receive().await.with_context(|| first_line(request))?;
        let body = &self.inbox[start..];
        if !(200..300).contains(&status) {
            bail!("{}: {status} {}", first_line(request), String::from_utf8_lossy(body));
        }
        Ok(body)
    }

    async fn send(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await.with_context(|| first_line(request))
    }

    /// Reads one answer into the inbox; returns its status and where its body starts.
    async fn receive(&mut self) -> anyhow::Result<(u16, usize)> {
        self.inbox.clear();
        let start = loop {
            self.read().await?;
            if let Some(end) = find(&self.inbox, HEAD_END) {
                break end + HEAD_END.len();
            }
        };
        let (status, length) = parse_head(&self.inbox[..start])?;
        ensure!(length <= MAX_ANSWER_BYTES, "an answer of {length} bytes");
        while self.inbox.len() < start + length {
            self.read().await?;
        }
        ensure!(self.inbox.len() == start + length, "more was sent than the answer");
        Ok((status, start))
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        self.inbox.reserve(READ_BYTES);
        let read = self.stream.read_buf(&mut self.inbox).await?;
        ensure!(read > 0, "the connection was closed before the answer");
        ensure!(self.inbox.len() <= MAX_ANSWER_BYTES, "an answer without end");
        Ok(())
    }
}

/// The status and the content length of an answer's head.
fn parse_head(head: &[u8]) -> anyhow::Result<(u16, usize)> {
    let status = head.get(9..12).and_then(number).context("an answer without a status")?;
    let status = u16::try_from(status)?;
    if status == NO_CONTENT {
        return Ok((status, 0));
    }
    let lower = head.to_ascii_lowercase();
    let at = find(&lower, LENGTH).context("an answer without a content-length")? + LENGTH.len();
    let rest = &lower[at..];
    let value = &rest[..find(rest, b"\r\n").context("a header without an end")?];
    let length = number(value.trim_ascii()).context("a content-length that is no number")?;
    Ok((status, length))
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn first_line(request: &[u8]) -> String {
    let end = find(request, b"\r\n").unwrap_or(request.len());
    String::from_utf8_lossy(&request[..end]).into_owned()
}
