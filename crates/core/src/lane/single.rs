use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, PushInfo, PushKind, ServerErrorKind, Value};
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;

use super::hot::{Health, Replies};
use super::name::{introduce, name};
use crate::Error;
use crate::config::HotConfig;
use crate::error::{after_send, before_send};

/// Flushes and admin commands that may stand between us and the connection's
/// own task; the pipeline's `max_in_flight` is far below.
const BUFFERED_REQUESTS: usize = 1_024;
/// Bytes written at once. The library's 8 KiB would split a flush of a hundred
/// submits into a dozen system calls.
pub(crate) const WRITE_BOUNDARY: usize = 256 * 1_024;

/// One long-lived multiplexed connection to one server, made again when it is lost.
///
/// No `PING` ever: a dead connection is found by its end of file or its error.
pub(crate) struct Single {
    client: Client,
    connect_timeout: Duration,
    response_timeout: Duration,
    current: Mutex<Option<Live>>,
    /// When connecting last failed: whoever waited for that attempt shares its
    /// result instead of trying again one after the other.
    last_failure: AsyncMutex<Option<(Instant, Error)>>,
}

/// A connection and whether it still stands.
#[derive(Clone)]
struct Live {
    connection: MultiplexedConnection,
    alive: Arc<AtomicBool>,
}

impl Single {
    pub(crate) fn new(client: Client, config: &HotConfig) -> Self {
        Self {
            client,
            connect_timeout: config.connect_timeout(),
            response_timeout: config.response_timeout(),
            current: Mutex::new(None),
            last_failure: AsyncMutex::new(None),
        }
    }

    /// Sends all commands in one write; error replies stay values.
    pub(crate) async fn send(&self, pipeline: &Pipeline) -> Replies {
        let mut live = match self.live().await {
            Ok(live) => live,
            Err(error) => return Replies::failed(pipeline.len(), &error, Health::Failed),
        };
        match live.connection.send_packed_commands(pipeline, 0, pipeline.len()).await {
            Ok(values) => {
                if values.iter().any(is_read_only) {
                    live.give_up();
                }
                Replies::answered(values.into_iter().map(Ok).collect())
            }
            Err(error) => {
                let health = if error.is_timeout() { Health::TimedOut } else { Health::Failed };
                // After a timeout as well: a fresh connection tells at once, and
                // with certainty, whether Redis takes anything at all.
                live.give_up();
                Replies::failed(pipeline.len(), &after_send(error), health)
            }
        }
    }

    /// Sends one command.
    pub(crate) async fn send_one(&self, cmd: &Cmd) -> Result<Value, Error> {
        let mut live = self.live().await?;
        let reply = live.connection.send_packed_command(cmd).await;
        reply.map_err(|error| {
            live.give_up();
            after_send(error)
        })
    }

    async fn live(&self) -> Result<Live, Error> {
        if let Some(live) = self.current() {
            return Ok(live);
        }
        let asked = Instant::now();
        let mut last_failure = self.last_failure.lock().await;
        if let Some(live) = self.current() {
            return Ok(live);
        }
        match &*last_failure {
            Some((at, error)) if *at >= asked => return Err(error.clone()),
            _ => {}
        }
        let connected = self.connect().await;
        *last_failure = connected.as_ref().err().map(|error| (Instant::now(), error.clone()));
        connected
    }

    async fn connect(&self) -> Result<Live, Error> {
        let alive = Arc::new(AtomicBool::new(true));
        let told = Arc::clone(&alive);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.connect_timeout))
            .set_response_timeout(Some(self.response_timeout))
            .set_pipeline_buffer_size(BUFFERED_REQUESTS)
            .set_write_backpressure_boundary(WRITE_BOUNDARY)
            .set_push_sender(move |push: PushInfo| -> Result<(), ()> {
                if push.kind == PushKind::Disconnection {
                    told.store(false, Ordering::Release);
                }
                Ok(())
            });
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await;
        let mut connection = connection.map_err(|error| before_send(&error))?;
        introduce(&mut connection, name()).await;
        let live = Live { connection, alive };
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(live.clone());
        Ok(live)
    }

    fn current(&self) -> Option<Live> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().filter(|live| live.alive.load(Ordering::Acquire)).cloned()
    }
}

impl Live {
    fn give_up(&self) {
        self.alive.store(false, Ordering::Release);
    }
}

/// Behind an address that moved, the old primary may have become a replica.
fn is_read_only(value: &Value) -> bool {
    matches!(value, Value::ServerError(error) if error.kind() == Some(ServerErrorKind::ReadOnly))
}
