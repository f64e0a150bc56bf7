use std::time::Duration;

use futures_util::future::join_all;
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{Cmd, ErrorKind, Pipeline, RedisError, ServerErrorKind, Value};

use super::hot::{Health, Replies};
use crate::Error;
use crate::backoff::Backoff;
use crate::error::{after_send, before_send};
use crate::function::key_of;

/// Repetitions of a command that a node said it did not take.
const REDIRECTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(80);

/// The hot lane to a cluster.
///
/// Every command is routed by itself, to the primary of its root key's slot,
/// and all commands of a flush are on their way at once: the library joins
/// those of one node into one write. Its own pipelines are of no use here, for
/// it treats a pipeline as a whole: one `MOVED` among a hundred replies costs
/// the other ninety-nine their answer, or repeats them all.
pub(crate) struct Cluster {
    connection: ClusterConnection,
}

impl Cluster {
    pub(crate) async fn open(client: &ClusterClient) -> Result<Self, Error> {
        let connection = client.get_async_connection().await.map_err(|error| before_send(&error))?;
        Ok(Self { connection })
    }

    pub(crate) async fn send(&self, pipeline: &Pipeline) -> Replies {
        let answers = join_all(pipeline.cmd_iter().map(|cmd| self.route(cmd))).await;
        // The breaker knows no nodes: opened by the calls of one that is away, it would keep the others' from theirs, and
        // the client from connecting again. What a dead node costs is bounded by the timeouts of its own calls.
        let health = Health::Answered;
        Replies { results: answers.into_iter().map(|answer| answer.or_else(settled)).collect(), health }
    }

    pub(crate) async fn send_everywhere(&self, cmd: &Cmd) -> Result<Vec<Value>, Error> {
        let everywhere = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
        let reply = self.connection.clone().route_command(cmd.clone(), everywhere).await;
        match reply.map_err(after_send)? {
            Value::Map(by_node) => Ok(by_node.into_iter().map(|(_, value)| value).collect()),
            other => Err(Error::internal(format!("a reply of every primary is a map, not {other:?}"))),
        }
    }

    async fn route(&self, cmd: &Cmd) -> Result<Value, RedisError> {
        let mut connection = self.connection.clone();
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        let mut to = primary_of(key_of(cmd));
        let mut left = REDIRECTS;
        loop {
            let error = match connection.route_command(cmd.clone(), to).await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if left == 0 {
                return Err(error);
            }
            left -= 1;
            match error.kind() {
                ErrorKind::Server(ServerErrorKind::Ask) => return self.ask(cmd, error).await,
                // The client asks for the new map of slots too, but it may ask a
                // node that does not know it yet.
                ErrorKind::Server(ServerErrorKind::Moved) => {
                    to = named_node(&error).map_or_else(|| primary_of(key_of(cmd)), RoutingInfo::SingleNode);
                }
                ErrorKind::Server(ServerErrorKind::TryAgain | ServerErrorKind::ReadOnly) => {
                    tokio::time::sleep(backoff.next_delay()).await;
                    to = primary_of(key_of(cmd));
                }
                _ if is_unconnected_node(&error) => {
                    tokio::time::sleep(backoff.next_delay()).await;
                    to = primary_of(key_of(cmd));
                }
                _ => return Err(error),
            }
        }
    }

    /// A slot in migration: the key is on the other node, which takes the
    /// command only right after `ASKING`, on the same connection.
    async fn ask(&self, cmd: &Cmd, error: RedisError) -> Result<Value, RedisError> {
        let Some(node) = named_node(&error) else { return Err(error) };
        let mut asking = Pipeline::with_capacity(2);
        asking.cmd("ASKING").add_command(cmd.clone());
        let mut replies = self.connection.clone().route_pipeline(asking, 0, 2, node).await?;
        replies.pop().ok_or(error)
    }
}

fn primary_of(key: &[u8]) -> RoutingInfo {
    RoutingInfo::SingleNode(SingleNodeRoutingInfo::SpecificNode(Route::with_key(key, SlotAddr::Master)))
}

/// Redirections and refusals come back as errors here, and are answers.
fn settled(error: RedisError) -> Result<Value, Error> {
    match redis::ServerError::try_from(error) {
        Ok(error) => Ok(Value::ServerError(error)),
        Err(error) if is_unconnected_node(&error) => Err(before_send(&error)),
        // Whatever else: when the client loses its map of the slots it fails all
        // that is on its way, and does not tell what of it was written.
        Err(error) => Err(after_send(error)),
    }
}

/// The node that `MOVED` and `ASK` name.
fn named_node(error: &RedisError) -> Option<SingleNodeRoutingInfo> {
    let (node, _slot) = error.redirect_node()?;
    let (host, port) = node.rsplit_once(':')?;
    Some(SingleNodeRoutingInfo::ByAddress { host: host.to_owned(), port: port.parse().ok()? })
}

/// There was no connection to the very node the command was for, so it was not
/// written. The same kind without a detail says nothing about the command.
fn is_unconnected_node(error: &RedisError) -> bool {
    error.kind() == ErrorKind::ClusterConnectionNotFound && error.detail().is_some()
}
