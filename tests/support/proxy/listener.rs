//! Where a proxy listens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::AbortHandle;

use super::Mode;
use super::connection::carry;
use super::mode::Control;
use crate::harness::start;
use crate::{new_dir, on_harness};

/// A proxy; it and all its connections end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    control: Arc<Control>,
    accepting: AbortHandle,
}

impl Proxy {
    /// In front of `HOST:PORT`; its address begins with `scheme`.
    pub async fn tcp(scheme: &str, server: &str) -> Self {
        let control = Arc::new(Control::new());
        let (server, inner) = (server.to_owned(), Arc::clone(&control));
        let listener = on_harness(|| TcpListener::bind("127.0.0.1:0")).await.unwrap();
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let accepting = start(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, control) = (server.clone(), Arc::clone(&inner));
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(server).await {
                        // Small pieces must not wait for each other: that would be another proxy's fault.
                        let _ = (client.set_nodelay(true), server.set_nodelay(true));
                        carry(client, server, &control).await;
                    }
                });
            }
        });
        Self { url, control, accepting }
    }

    /// In front of the unix socket `server` of a Redis.
    pub async fn unix(server: &Path) -> Self {
        let control = Arc::new(Control::new());
        let (server, inner) = (server.to_owned(), Arc::clone(&control));
        let path: PathBuf = new_dir("proxy").join("proxy.sock");
        let url = format!("redis+unix://{}", path.display());
        let listener = on_harness(async move || UnixListener::bind(path).unwrap()).await;
        let accepting = start(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, control) = (server.clone(), Arc::clone(&inner));
                tokio::spawn(async move {
                    if let Ok(server) = UnixStream::connect(server).await {
                        carry(client, server, &control).await;
                    }
                });
            }
        });
        Self { url, control, accepting }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Behaves so from now on, on connections that exist, too.
    pub fn set(&self, mode: Mode) {
        self.control.set(mode);
    }

    /// Ends all connections.
    pub fn cut(&self) {
        self.control.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// How many connections it has ended in place of a reply, or in the middle of a request.
    pub fn lost(&self) -> usize {
        self.control.lost()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}
