use redis::{Cmd, Pipeline, Value};

use super::Address;
use super::address::{client, cluster_client};
use super::cluster::Cluster;
use super::single::Single;
use crate::Error;
use crate::config::RedisConfig;

/// The lane of every ordinary call: shared connections, one behind another.
pub(crate) enum Hot {
    Single(Box<Single>),
    Cluster(Cluster),
}

/// What came back for a number of commands.
pub(crate) struct Replies {
    /// One for each command, in order; an error reply is still a value.
    pub(crate) results: Vec<Result<Value, Error>>,
    pub(crate) health: Health,
}

/// What the replies say about Redis, for the breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// It answered, if only with errors.
    Answered,
    /// No connection, or the connection broke.
    Failed,
    /// It holds a connection and says nothing.
    TimedOut,
}

impl Hot {
    /// Makes no connection yet in front of a single server; a cluster is asked
    /// for its nodes.
    pub(crate) async fn open(address: &Address, config: &RedisConfig) -> Result<Self, Error> {
        let hot = &config.hot;
        match address {
            Address::Single(info) => Ok(Self::Single(Box::new(Single::new(client(info)?, hot)))),
            Address::Cluster(seeds) => {
                let client = cluster_client(seeds, hot.connect_timeout(), hot.response_timeout(), None)?;
                Cluster::open(&client).await.map(Self::Cluster)
            }
        }
    }

    /// Sends commands that each name a root key; one reply for each, in order.
    pub(crate) async fn send(&self, pipeline: &Pipeline) -> Replies {
        match self {
            Self::Single(single) => single.send(pipeline).await,
            Self::Cluster(cluster) => cluster.send(pipeline).await,
        }
    }

    /// Sends one command without a key to every primary; one reply for each.
    pub(crate) async fn send_everywhere(&self, cmd: &Cmd) -> Result<Vec<Value>, Error> {
        match self {
            Self::Single(single) => Ok(vec![single.send_one(cmd).await?]),
            Self::Cluster(cluster) => cluster.send_everywhere(cmd).await,
        }
    }
}

impl Replies {
    pub(crate) fn answered(results: Vec<Result<Value, Error>>) -> Self {
        Self { results, health: Health::Answered }
    }

    pub(crate) fn failed(count: usize, error: &Error, health: Health) -> Self {
        Self { results: (0..count).map(|_| Err(error.clone())).collect(), health }
    }
}
