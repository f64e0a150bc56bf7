//! A Redis Cluster of three primaries.

use std::time::Duration;

use crate::redis_server::{RedisServer, free_port};
use crate::wait::until_some_blocking;

const PRIMARIES: usize = 3;
const SLOTS: usize = 16_384;
const FORMING: Duration = Duration::from_secs(30);

/// Three primaries on loopback ports that share all slots.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<RedisServer>,
}

impl Cluster {
    /// Starts three servers and waits until they are one cluster.
    pub fn start() -> Self {
        let settings = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
        let nodes = (0..PRIMARIES).map(|_| RedisServer::boot_new(Some(free_port()), &settings)).collect();
        Self::formed(nodes)
    }

    /// The same with nodes that speak TLS only, to each other as well; the flags name certificates.
    pub fn encrypted(settings: &[&str]) -> Self {
        let cluster = ["--cluster-enabled", "yes", "--tls-cluster", "yes"];
        let settings = [&cluster, settings].concat();
        Self::formed((0..PRIMARIES).map(|_| RedisServer::encrypted(&settings)).collect())
    }

    /// Addresses as `redis.urls` takes them.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(RedisServer::url).collect()
    }

    /// The primaries.
    pub fn nodes(&self) -> &[RedisServer] {
        &self.nodes
    }

    /// The primary that holds a swarm.
    pub fn node_of(&self, swarm: &str) -> &RedisServer {
        let slot: usize = self.nodes[0].query(&format!("CLUSTER KEYSLOT wg:{{{swarm}}}:"));
        let at = (0..PRIMARIES).find(|at| slot < SLOTS * (at + 1) / PRIMARIES).unwrap();
        &self.nodes[at]
    }

    fn formed(nodes: Vec<RedisServer>) -> Self {
        let cluster = Self { nodes };
        cluster.form();
        cluster
    }

    fn form(&self) {
        for (at, node) in self.nodes.iter().enumerate() {
            let (from, to) = (SLOTS * at / PRIMARIES, SLOTS * (at + 1) / PRIMARIES - 1);
            let () = node.query(&format!("CLUSTER ADDSLOTSRANGE {from} {to}"));
            let () = node.query(&format!("CLUSTER SET-CONFIG-EPOCH {}", at + 1));
        }
        let first = self.nodes[0].port().unwrap();
        for node in &self.nodes[1..] {
            let () = node.query(&format!("CLUSTER MEET 127.0.0.1 {first}"));
        }
        for node in &self.nodes {
            until_some_blocking("the cluster is formed", FORMING, || {
                let info: String = node.query("CLUSTER INFO");
                let formed = info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3");
                formed.then_some(())
            });
        }
    }
}
