use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::FromRedisValue;
use waggle_core::config::{Mode, RedisConfig};
use waggle_core::{Redis, Target};

use super::{free_ports, library};

const PRIMARIES: usize = 3;
const SLOTS: usize = 16_384;
const FORMING: Duration = Duration::from_secs(30);

/// Three primaries on loopback ports, killed when dropped.
pub(crate) struct TestCluster {
    _dir: tempfile::TempDir,
    nodes: Vec<(u16, Child)>,
}

impl TestCluster {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let nodes: Vec<_> =
            free_ports(PRIMARIES).into_iter().map(|port| (port, spawn(dir.path(), port))).collect();
        let cluster = Self { _dir: dir, nodes };
        cluster.form();
        cluster
    }

    pub(crate) async fn connect(&self) -> Redis {
        self.connect_with(|_| {}).await
    }

    pub(crate) async fn connect_with(&self, change: impl FnOnce(&mut RedisConfig)) -> Redis {
        let urls: Vec<String> = self.ports().map(|port| format!("redis://127.0.0.1:{port}")).collect();
        let mut config = RedisConfig { mode: Mode::Cluster, urls: urls.clone(), ..RedisConfig::default() };
        change(&mut config);
        Redis::connect(&config, Target::Cluster(urls), library()).await.unwrap()
    }

    pub(crate) fn ports(&self) -> impl Iterator<Item = u16> + '_ {
        self.nodes.iter().map(|(port, _)| *port)
    }

    /// Runs a command on one node.
    pub(crate) fn admin<T: FromRedisValue>(&self, port: u16, words: &str) -> T {
        try_admin(port, words).unwrap()
    }

    fn form(&self) {
        let deadline = Instant::now() + FORMING;
        let wait = |what: &str, condition: &dyn Fn() -> bool| {
            while !condition() {
                assert!(Instant::now() < deadline, "never happened: {what}");
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        let first = self.nodes[0].0;
        for (i, port) in self.ports().enumerate() {
            wait("a node answers", &|| try_admin::<String>(port, "PING").is_ok());
            let (from, to) = (SLOTS * i / PRIMARIES, SLOTS * (i + 1) / PRIMARIES - 1);
            let () = self.admin(port, &format!("CLUSTER ADDSLOTSRANGE {from} {to}"));
            let () = self.admin(port, &format!("CLUSTER SET-CONFIG-EPOCH {}", i + 1));
        }
        for port in self.ports().skip(1) {
            let () = self.admin(port, &format!("CLUSTER MEET 127.0.0.1 {first}"));
        }
        for port in self.ports() {
            wait("the cluster is formed", &|| {
                let info: String = self.admin(port, "CLUSTER INFO");
                info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
            });
        }
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        for (_, child) in &mut self.nodes {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn spawn(dir: &std::path::Path, port: u16) -> Child {
    let node = dir.join(port.to_string());
    std::fs::create_dir(&node).unwrap();
    let mut command = Command::new("redis-server");
    command.args([
        "--port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--cluster-enabled",
        "yes",
    ]);
    command.arg("--dir").arg(node);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn try_admin<T: FromRedisValue>(port: u16, words: &str) -> redis::RedisResult<T> {
    let mut words = words.split(' ');
    let mut cmd = redis::cmd(words.next().unwrap());
    for word in words {
        cmd.arg(word);
    }
    cmd.query(&mut redis::Client::open(("127.0.0.1", port))?.get_connection()?)
}
