//! One connection through a proxy.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Mode;
use super::mode::Control;

/// Bytes of one piece.
const PIECE: usize = 16 * 1_024;
/// Pieces on a long way.
const UNDER_WAY: usize = 1_024;

/// Both ends of a pipe, whatever it is made of.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes the end of the connection a reset.
    fn reset_at_end(&self);
}

impl Stream for tokio::net::TcpStream {
    fn reset_at_end(&self) {
        // The connection may be gone already.
        let _ = self.set_zero_linger();
    }
}

impl Stream for tokio::net::UnixStream {
    /// A unix socket that is closed with unread bytes in it is reset by itself.
    fn reset_at_end(&self) {}
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Request,
    Reply,
}

/// Carries bytes both ways until one side ends, or the mode ends it.
pub(super) async fn carry(client: impl Stream, server: impl Stream, control: &Control) {
    let mut cuts = control.cuts.subscribe();
    client.reset_at_end();
    server.reset_at_end();
    let (from_client, to_client) = tokio::io::split(client);
    let (from_server, to_server) = tokio::io::split(server);
    let mode = *control.mode.borrow();
    let replies = async {
        match mode {
            Mode::Late(by) => late(by, from_server, to_client).await,
            _ => pump(Way::Reply, from_server, to_client, control).await,
        }
    };
    tokio::select! {
        _ = cuts.changed() => {}
        _ = pump(Way::Request, from_client, to_server, control) => {}
        _ = replies => {}
    }
}

/// Carries each piece `by` later than it came.
async fn late(
    by: Duration,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
) -> std::io::Result<()> {
    let (sender, mut under_way) = mpsc::channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    let take = async move {
        let mut piece = vec![0; PIECE];
        loop {
            let read = from.read(&mut piece).await?;
            if read == 0 || sender.send((Instant::now() + by, piece[..read].to_vec())).await.is_err() {
                return Ok(());
            }
        }
    };
    let give = async {
        while let Some((due, piece)) = under_way.recv().await {
            tokio::time::sleep_until(due).await;
            to.write_all(&piece).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(take, give).map(|((), ())| ())
}

/// Overwrites the name where it is a whole argument, once the budget is spent: the source of a library has it, too, and is
/// left alone.
fn misname(function: &str, piece: &mut [u8], control: &Control) {
    let argument = format!("\r\n{function}\r\n").into_bytes();
    for at in 0..piece.len().saturating_sub(argument.len() - 1) {
        if piece[at..].starts_with(&argument) && control.take(1) == 0 {
            piece[at + 2..at + 2 + function.len()].fill(b'x');
        }
    }
}

async fn pump(
    way: Way,
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    control: &Control,
) -> std::io::Result<()> {
    let mut modes = control.mode.subscribe();
    let mut piece = vec![0; PIECE];
    loop {
        let read = from.read(&mut piece).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let mode = *modes
            .wait_for(|mode| *mode != Mode::Blackhole)
            .await
            .expect("the control lives as long as this");
        match (mode, way) {
            (Mode::Delay(wait), _) => tokio::time::sleep(wait).await,
            (Mode::Misname(function, _), Way::Request) => misname(function, &mut piece[..read], control),
            (Mode::LoseReply, Way::Reply) => {
                control.lose();
                return Ok(());
            }
            (Mode::ResetAfter(_), Way::Request) => {
                let passing = control.take(read);
                to.write_all(&piece[..passing]).await?;
                if passing < read {
                    control.lose();
                    return Ok(());
                }
                continue;
            }
            _ => {}
        }
        to.write_all(&piece[..read]).await?;
    }
}
