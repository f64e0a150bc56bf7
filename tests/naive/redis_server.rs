use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use redis::aio::MultiplexedConnection;
use tokio::process::{Child, Command};

use crate::functions;

const POLL: Duration = Duration::from_millis(20);
/// Until Redis answers.
const START: Duration = Duration::from_secs(30);

/// A Redis of the naive service's own, as durable as the private one of the real service. Killed when dropped.
pub(crate) struct RedisServer {
    socket: PathBuf,
    _child: Child,
}

impl RedisServer {
    /// # Errors
    /// When there is no `redis-server` on the path.
    pub(crate) fn start(directory: &Path) -> anyhow::Result<RedisServer> {
        let socket = directory.join("redis.sock");
        let child = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec"])
            .args(["--maxmemory-policy", "noeviction", "--unixsocketperm", "700", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(directory)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start redis-server")?;
        Ok(RedisServer { socket, _child: child })
    }

    /// Connects once Redis answers, and loads the functions.
    ///
    /// # Errors
    /// When it does not answer in time.
    pub(crate) async fn connect(&self) -> anyhow::Result<MultiplexedConnection> {
        let client = redis::Client::open(format!("redis+unix://{}", self.socket.display()))?;
        let mut connection = tokio::time::timeout(START, async {
            loop {
                match client.get_multiplexed_async_connection().await {
                    Ok(connection) => return connection,
                    Err(_) => tokio::time::sleep(POLL).await,
                }
            }
        })
        .await
        .context("Redis does not answer")?;
        let mut load = redis::cmd("FUNCTION");
        load.arg("LOAD").arg("REPLACE").arg(functions::LIBRARY);
        let _: String = load.query_async(&mut connection).await?;
        Ok(connection)
    }
}
