use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use redis::aio::MultiplexedConnection;
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Pipeline, PushInfo, PushKind, RedisError, Value};

use super::event::Wake;
use super::wakeups::Shared;
use crate::Error;
use crate::config::HotConfig;
use crate::error::before_send;
use crate::lane::Address;
use crate::lane::address::{client, cluster_client};
use crate::lane::name::{introduce, name};

/// Channels named in one write.
const CHUNK: usize = 256;

/// The connection that listens.
pub(super) enum Subscriber {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Subscriber {
    pub(super) async fn connect(
        shared: &Arc<Shared>,
        address: &Address,
        config: &HotConfig,
    ) -> Result<Self, Error> {
        let shared = Arc::clone(shared);
        let on_push = move |push: PushInfo| deliver(&shared, push);
        let (connect, response) = (config.connect_timeout(), config.response_timeout());
        match address {
            Address::Single(info) => {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(connect))
                    .set_response_timeout(Some(response))
                    .set_push_sender(move |push: PushInfo| -> Result<(), ()> {
                        on_push(push);
                        Ok(())
                    });
                let connection = client(info)?.get_multiplexed_async_connection_with_config(&config).await;
                let mut connection = connection.map_err(|error| before_send(&error))?;
                introduce(&mut connection, name()).await;
                Ok(Self::Single(connection))
            }
            Address::Cluster(seeds) => {
                let client = cluster_client(seeds, connect, response, Some(Box::new(on_push)))?;
                let connection = client.get_async_connection().await;
                connection.map(Self::Cluster).map_err(|error| before_send(&error))
            }
        }
    }

    /// Subscribes; returns the channels for which that failed.
    pub(super) async fn subscribe(&self, channels: &[Arc<str>]) -> Vec<Arc<str>> {
        self.tell("SSUBSCRIBE", channels).await
    }

    /// Unsubscribes; a failure does no harm, for what arrives unwanted is dropped.
    pub(super) async fn unsubscribe(&self, channels: &[Arc<str>]) {
        self.tell("SUNSUBSCRIBE", channels).await;
    }

    /// Whether the connection still carries anything.
    pub(super) async fn answers(&self) -> bool {
        let ping = redis::cmd("PING");
        match self {
            Self::Single(connection) => connection.clone().send_packed_command(&ping).await.is_ok(),
            // Its nodes are many, and it tells of each that is lost.
            Self::Cluster(_) => true,
        }
    }

    async fn tell(&self, verb: &str, channels: &[Arc<str>]) -> Vec<Arc<str>> {
        let mut failed = Vec::new();
        for chunk in channels.chunks(CHUNK) {
            let replies = match self {
                Self::Single(connection) => tell_server(connection.clone(), verb, chunk).await,
                Self::Cluster(connection) => tell_nodes(connection, verb, chunk).await,
            };
            failed.extend(
                chunk.iter().zip(replies).filter(|(_, done)| !done).map(|(channel, _)| Arc::clone(channel)),
            );
        }
        failed
    }
}

/// One command a channel: each is answered once, whichever fails.
async fn tell_server(mut connection: MultiplexedConnection, verb: &str, channels: &[Arc<str>]) -> Vec<bool> {
    let mut pipeline = Pipeline::with_capacity(channels.len());
    for channel in channels {
        pipeline.cmd(verb).arg(&**channel);
    }
    match connection.send_packed_commands(&pipeline, 0, channels.len()).await {
        Ok(replies) => replies.iter().map(confirmed).collect(),
        Err(_) => vec![false; channels.len()],
    }
}

async fn tell_nodes(connection: &ClusterConnection, verb: &str, channels: &[Arc<str>]) -> Vec<bool> {
    join_all(channels.iter().map(|channel| async {
        let mut connection = connection.clone();
        let told: Result<(), RedisError> = if verb == "SSUBSCRIBE" {
            connection.ssubscribe(&**channel).await
        } else {
            connection.sunsubscribe(&**channel).await
        };
        told.is_ok()
    }))
    .await
}

fn confirmed(reply: &Value) -> bool {
    !matches!(reply, Value::ServerError(_))
}

/// Runs on the connection's own task: never waits.
fn deliver(shared: &Shared, push: PushInfo) {
    match push.kind {
        PushKind::SMessage => {
            let mut data = push.data.into_iter();
            if let (Some(Value::BulkString(channel)), Some(Value::BulkString(payload))) =
                (data.next(), data.next())
                && let Some(channel) = str::from_utf8(&channel).ok().and_then(|name| shared.wanted(name))
            {
                shared.send(Wake::Message { channel, payload: Bytes::from(payload) });
            }
        }
        PushKind::Disconnection => shared.lost.notify_one(),
        PushKind::SUnsubscribe => {
            if let Some(Value::BulkString(channel)) = push.data.first()
                && let Ok(channel) = str::from_utf8(channel)
            {
                shared.ended(channel);
            }
        }
        _ => {}
    }
}
