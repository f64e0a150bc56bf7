use std::fs::{self, File};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, ensure};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::peer::Peer;
use super::redis::PeerRedis;
use crate::bench::load::drive::Cost;
use crate::bench::load::request;
use crate::bench::load::scale::CONNECTIONS;
use crate::bench::system::cpu::{Cpu, Meter};
use crate::bench::system::deadline;
use crate::bench::system::info::Info;
use crate::bench::system::service::Programs;

const SCRIPT: &str = include_str!("bullmq.mjs");
const LOG: &str = "log";

/// BullMQ, of the package `bullmq`, in a Node process that queues and works by itself: what it
/// costs holds what its callers cost, which for a service is left out.
pub(super) struct Bullmq {
    meter: Meter,
    kind: String,
    orders: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
    _process: Child,
    redis: PeerRedis,
}

#[derive(Deserialize)]
struct Package {
    version: String,
}

impl Bullmq {
    /// Nothing where no directory was given in which it is installed.
    ///
    /// # Errors
    /// When it is not there, or does not get ready.
    pub(super) async fn start(programs: &Programs) -> anyhow::Result<Option<Self>> {
        let Some(directory) = &programs.bullmq else { return Ok(None) };
        let directory = std::path::absolute(directory)?;
        let package = directory.join("node_modules/bullmq/package.json");
        let package = fs::read(&package)
            .with_context(|| format!("run `npm install bullmq ioredis` in {}", directory.display()))?;
        let Package { version } = serde_json::from_slice(&package)?;
        let redis = PeerRedis::start(programs).await?;
        let script = redis.directory().join("bullmq.mjs");
        fs::write(&script, SCRIPT)?;
        let mut command = Command::new("node");
        command.arg(&script).arg(&directory).arg(redis.socket()).arg(CONNECTIONS.to_string());
        command.arg(request::text("")).env("NODE_ENV", "production");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(File::create(redis.directory().join(LOG))?).kill_on_drop(true);
        let mut process = command.spawn().context("cannot start node")?;
        let service = process.id().context("node ended at once")?;
        let orders = process.stdin.take().context("node has no standard input")?;
        let replies = process.stdout.take().context("node has no standard output")?;
        let mut peer = Self {
            meter: Meter { service, redis: Some(redis.pid) },
            kind: format!("{version}, library, Node; its callers' CPU is counted"),
            orders,
            replies: BufReader::new(replies).lines(),
            _process: process,
            redis,
        };
        peer.reply("ready").await?;
        Ok(Some(peer))
    }

    pub(super) async fn stop(self) {
        self.redis.stop().await;
    }

    async fn order(&mut self, order: &str) -> anyhow::Result<()> {
        self.orders.write_all(format!("{order}\n").as_bytes()).await?;
        self.reply(order).await
    }

    async fn reply(&mut self, expected: &str) -> anyhow::Result<()> {
        let line = async { Ok(self.replies.next_line().await?) };
        let line = deadline::within(deadline::PHASE, expected, line).await?;
        let log = self.redis.directory().join(LOG);
        let said = || fs::read_to_string(&log).unwrap_or_default();
        ensure!(line.as_deref() == Some(expected), "BullMQ: {line:?} instead of {expected}: {}", said());
        Ok(())
    }
}

impl Peer for Bullmq {
    const NAME: &str = "BullMQ";

    fn kind(&self) -> &str {
        &self.kind
    }

    async fn lifecycles(&mut self, tasks: u64) -> anyhow::Result<Cost> {
        let (before, start) = (self.meter.read()?, Instant::now());
        self.order(&format!("lifecycles {tasks}")).await?;
        let wall = start.elapsed().as_secs_f64() * 1e6;
        Ok(Cost { operations: tasks, cpu: Cpu { wall, ..self.meter.since(&before)? } })
    }

    async fn queue(&mut self, tasks: u64) -> anyhow::Result<()> {
        self.order(&format!("queue {tasks}")).await
    }

    async fn redis(&self) -> anyhow::Result<Info> {
        self.redis.info().await
    }
}
