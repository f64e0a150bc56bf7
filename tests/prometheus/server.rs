//! A Prometheus of the test's own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use waggle_tests::{Client, Service, new_dir, spawn, until, until_some};

use crate::promtool::{MISSING, is_installed};
use crate::query::encoded;

/// From the start of the process until it listens.
const START: Duration = Duration::from_secs(30);
/// How long an answer may take to become what is expected: some scrapes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A Prometheus that scrapes a service every quarter of a second; killed when dropped, and with this process.
pub(crate) struct Prometheus {
    child: Child,
    client: Client,
}

impl Prometheus {
    /// Starts one on a free port with the rules of the repository, in a new directory.
    pub(crate) async fn scraping(service: &Service) -> Self {
        assert!(is_installed("prometheus"), "{MISSING}");
        let directory = new_dir("prometheus");
        let rules = waggle_tests::root().join("deploy/prometheus/waggle.rules.yml");
        let settings = format!(
            "global: {{scrape_interval: 250ms, evaluation_interval: 250ms}}\n\
             rule_files: [{rules:?}]\n\
             scrape_configs: [{{job_name: waggle, static_configs: [{{targets: [{:?}]}}]}}]\n",
            service.address()
        );
        std::fs::write(directory.join("prometheus.yml"), settings).unwrap();
        let mut command = Command::new("prometheus");
        command.args([
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            "--web.listen-address=127.0.0.1:0",
        ]);
        let mut child = spawn(command.current_dir(directory)).unwrap();
        let address = listens(&mut child);
        let prometheus = Self { child, client: Client::keeping_alive(&format!("http://{address}")) };
        until("prometheus is ready", START, async || {
            prometheus.client.get("/-/ready").try_send().await.is_ok_and(|reply| reply.status == 200)
        })
        .await;
        prometheus
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The result of a query: the values of its series.
    pub(crate) async fn query(&self, expression: &str) -> Vec<f64> {
        let path = format!("/api/v1/query?query={}", encoded(expression));
        let answer = self.client.get(&path).send().await.ok();
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
        let series = answer["data"]["result"].as_array().unwrap();
        series.iter().map(|series| value(&series["value"][1])).collect()
    }

    /// The single value of a query, once `holds` is content with it.
    pub(crate) async fn until(&self, expression: &str, holds: impl Fn(f64) -> bool) -> f64 {
        until_some(expression, PATIENCE, async || {
            let values = self.query(expression).await;
            values.first().copied().filter(|value| values.len() == 1 && holds(*value))
        })
        .await
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn value(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

/// Reads its log until it says where it listens, and on to the end: a full pipe would stop it.
fn listens(child: &mut Child) -> String {
    drop((child.stdin.take(), child.stdout.take()));
    let log = BufReader::new(child.stderr.take().unwrap()).lines();
    let (said, addresses) = mpsc::channel();
    std::thread::spawn(move || {
        for line in log.map_while(Result::ok).filter(|line| line.contains("msg=\"Listening on\"")) {
            let address = line.rsplit("address=").next().unwrap_or_default().to_owned();
            drop(said.send(address));
        }
    });
    addresses.recv_timeout(START).expect("prometheus listens in time")
}
