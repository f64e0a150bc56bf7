//! A client's connection that does not wait for ever.
//!
//! hyper's one timeout for headers also ends connections between requests, so an agent
//! that rests for longer than a header may take would lose its connection. Here the two
//! are told apart: a request's headers have to arrive in time once its first byte has, a
//! quiet connection may stay longer, and what the client does not read is not kept for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};

use super::activity::Activity;
use super::open::Open;
use super::protocol::Protocol;
use super::stream::Stream;
use crate::auth::Certified;
use crate::config::ServerConfig;
use crate::tls::Tls;

/// How long a connection may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    header: Duration,
    idle: Duration,
    write: Duration,
}

impl Timeouts {
    pub(super) const fn of(config: &ServerConfig) -> Self {
        Self {
            header: Duration::from_millis(config.header_timeout_ms),
            idle: Duration::from_millis(config.idle_timeout_ms),
            write: Duration::from_millis(config.write_timeout_ms),
        }
    }
}

/// What is waited for on the reading side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// The rest of a request's headers.
    Headers,
    /// The next request.
    Idle,
}

/// The stream of a connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Stream,
    timeouts: Timeouts,
    activity: Arc<Activity>,
    /// Requests begun when the reading side was last looked at.
    seen: u64,
    waiting: Waiting,
    protocol: Protocol,
    read_by: Instant,
    write_by: Option<Instant>,
    /// Set to the earliest deadline when it was made, and looked at again when it is over:
    /// a deadline that moves on with every request costs nothing.
    alarm: Option<Pin<Box<Sleep>>>,
    _open: Open,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, timeouts: Timeouts, activity: Arc<Activity>, open: Open) -> Self {
        Self {
            stream: Stream::Plain(stream),
            timeouts,
            activity,
            seen: 0,
            waiting: Waiting::Headers,
            protocol: Protocol::default(),
            read_by: Instant::now() + timeouts.header,
            write_by: None,
            alarm: None,
            _open: open,
        }
    }

    /// The same over TLS, and whom the other side has shown to be. The headers of the first request have to be there in
    /// the time that they have without, so whoever takes long for this has no more of it.
    ///
    /// # Errors
    /// When it does not come about, in time or at all.
    pub(super) async fn secured(self, tls: &Tls) -> io::Result<(Self, Option<Certified>)> {
        let stream = match self.stream {
            Stream::Plain(stream) => timeout_at(self.read_by, tls.accept(stream)).await??,
            Stream::Secure(stream) => *stream,
        };
        let certified = Tls::certified(&stream);
        Ok((Self { stream: Stream::Secure(Box::new(stream)), ..self }, certified))
    }

    /// Bytes arrived: the first ones of a request start its clock.
    fn note_read(&mut self, bytes: &[u8]) {
        self.protocol.note(bytes);
        // HTTP/2 has frames that belong to no request; a request is what keeps it alive.
        if self.protocol.is_http2() || self.activity.is_busy() {
            return;
        }
        let begun = self.activity.begun();
        // Who has an answer may send the next request before anybody has looked for it here in vain.
        if self.waiting == Waiting::Idle || begun != self.seen {
            self.seen = begun;
            self.waiting = Waiting::Headers;
            self.read_by = Instant::now() + self.timeouts.header;
        }
    }

    /// Nothing to read: has it lasted too long?
    fn poll_read_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        if self.protocol.is_http2() {
            let untaken = self.activity.untaken().since();
            if untaken.is_some() || self.activity.is_busy() {
                return self.poll_taken_deadline(cx, untaken);
            }
        } else if self.activity.is_busy() {
            return Poll::Pending;
        }
        let begun = self.activity.begun();
        if begun != self.seen {
            self.seen = begun;
            self.waiting = Waiting::Idle;
            self.read_by = Instant::now() + self.timeouts.idle;
        }
        self.poll_alarm(cx, self.read_by)
    }

    /// An HTTP/2 client says how much it takes of each answer, and whoever takes nothing leaves nothing to write here.
    /// Where all is taken this looks again when something that is handed out now could be too old.
    fn poll_taken_deadline(&mut self, cx: &mut Context<'_>, untaken: Option<Instant>) -> Poll<io::Error> {
        self.poll_alarm(cx, untaken.unwrap_or_else(Instant::now) + self.timeouts.write)
    }

    /// Nothing can be written: has it lasted too long?
    fn poll_write_deadline(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let timeout = self.timeouts.write;
        let by = *self.write_by.get_or_insert_with(|| Instant::now() + timeout);
        self.poll_alarm(cx, by)
    }

    fn poll_alarm(&mut self, cx: &mut Context<'_>, by: Instant) -> Poll<io::Error> {
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(by)));
        if alarm.deadline() > by {
            alarm.as_mut().reset(by);
        }
        loop {
            ready!(alarm.as_mut().poll(cx));
            if Instant::now() >= by {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            alarm.as_mut().reset(by);
        }
    }

    fn write_or_deadline<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_pending() {
            return self.poll_write_deadline(cx).map(Err);
        }
        self.write_by = None;
        written
    }

    /// What was written may still have to be sent, and whoever does not read it must not keep it there.
    fn sent_or_deadline(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        if self.stream.holds_back() { self.write_or_deadline(cx, sent) } else { sent }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.stream).poll_read(cx, buf) {
            Poll::Pending => self.poll_read_deadline(cx).map(Err),
            Poll::Ready(read) => {
                self.note_read(&buf.filled()[before..]);
                Poll::Ready(read)
            }
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.write_or_deadline(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.write_or_deadline(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.sent_or_deadline(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut_down = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.sent_or_deadline(cx, shut_down)
    }
}
