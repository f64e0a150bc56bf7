use deadpool::managed::{self, Metrics, RecycleResult};
use redis::RedisError;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;

/// Makes cluster connections for the pool.
///
/// `deadpool_redis::cluster::Manager` does the same, but builds its client
/// itself: with sixteen retries of whatever command, no response timeout and no
/// TCP settings.
pub(super) struct ClusterManager {
    client: ClusterClient,
}

impl ClusterManager {
    pub(super) fn new(client: ClusterClient) -> Self {
        Self { client }
    }
}

impl managed::Manager for ClusterManager {
    type Type = ClusterConnection;
    type Error = RedisError;

    async fn create(&self) -> Result<ClusterConnection, RedisError> {
        self.client.get_async_connection().await
    }

    async fn recycle(&self, connection: &mut ClusterConnection, _: &Metrics) -> RecycleResult<RedisError> {
        redis::cmd("PING").exec_async(connection).await.map_err(Into::into)
    }
}
