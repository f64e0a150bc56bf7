use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use waggle_core::config::{Mode, RedisConfig};
use waggle_core::redis::{self, FromRedisValue};
use waggle_core::{Library, Redis, Target};

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
        let nodes = free_ports().into_iter().map(|port| (port, spawn(dir.path(), port))).collect();
        let cluster = Self { _dir: dir, nodes };
        cluster.form();
        cluster
    }

    pub(crate) async fn connect(&self, library: Library) -> Redis {
        let urls: Vec<String> = self.ports().map(|port| format!("redis://127.0.0.1:{port}")).collect();
        let config = RedisConfig { mode: Mode::Cluster, urls: urls.clone(), ..RedisConfig::default() };
        Redis::connect(&config, Target::Cluster(urls), library).await.unwrap()
    }

    /// How many of this service's keys each node holds.
    pub(crate) fn keys_by_node(&self) -> Vec<usize> {
        self.ports().map(|port| try_raw::<Vec<String>>(port, "KEYS wg:*").unwrap().len()).collect()
    }

    fn ports(&self) -> impl Iterator<Item = u16> + '_ {
        self.nodes.iter().map(|(port, _)| *port)
    }

    fn form(&self) {
        let first = self.nodes[0].0;
        for (i, port) in self.ports().enumerate() {
            wait("a node answers", || try_raw::<String>(port, "PING").is_ok());
            let (from, to) = (SLOTS * i / PRIMARIES, SLOTS * (i + 1) / PRIMARIES - 1);
            let () = try_raw(port, &format!("CLUSTER ADDSLOTSRANGE {from} {to}")).unwrap();
            let () = try_raw(port, &format!("CLUSTER SET-CONFIG-EPOCH {}", i + 1)).unwrap();
        }
        for port in self.ports().skip(1) {
            let () = try_raw(port, &format!("CLUSTER MEET 127.0.0.1 {first}")).unwrap();
        }
        for port in self.ports() {
            wait("the cluster is formed", || {
                let info: String = try_raw(port, "CLUSTER INFO").unwrap();
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
    command.args(["--bind", "127.0.0.1", "--save", "", "--cluster-enabled", "yes"]);
    command.arg("--port").arg(port.to_string()).arg("--dir").arg(node);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn wait(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + FORMING;
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn try_raw<T: FromRedisValue>(port: u16, words: &str) -> redis::RedisResult<T> {
    let words: Vec<&str> = words.split(' ').collect();
    let mut cmd = redis::cmd(words[0]);
    cmd.arg(&words[1..]).query(&mut redis::Client::open(("127.0.0.1", port))?.get_connection()?)
}

/// Ports nobody listens on, nor on those 10,000 above (the cluster bus), and below those that systems give to connections;
/// no two callers get the same.
fn free_ports() -> Vec<u16> {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 100).unwrap() * 120;
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    std::iter::repeat_with(|| 10_000 + (start + TAKEN.fetch_add(1, Ordering::Relaxed)) % 12_000)
        .filter(|&port| free(port) && free(port + 10_000))
        .take(PRIMARIES)
        .collect()
}
