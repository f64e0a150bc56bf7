use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tokio::process::Command;

use super::peer::Peer;
use super::redis::PeerRedis;
use crate::bench::load::answer::number_after;
use crate::bench::load::connection::Connection;
use crate::bench::load::drive::{Cost, Share, Subject, drive};
use crate::bench::load::request;
use crate::bench::load::scale::CONNECTIONS;
use crate::bench::system::cpu::Meter;
use crate::bench::system::info::Info;
use crate::bench::system::process::{self, Process};
use crate::bench::system::service::Programs;

const PROGRAM: &str = "ocypod-server";
const CONFIG: &str = "ocypod.toml";
const ID: &[u8] = b"\"id\":";
/// Takes turns; what is queued for good lies elsewhere.
const WORKED: &str = "worked";
const STORED: &str = "stored";

/// `ocypod-server`, of the crate `ocypod`.
pub(super) struct Ocypod {
    subject: Subject,
    kind: String,
    /// Killed when dropped: asked to end, it waits half a minute for idle connections.
    _process: Process,
    redis: PeerRedis,
}

impl Ocypod {
    /// Nothing where it is not installed.
    ///
    /// # Errors
    /// When it does not get ready.
    pub(super) async fn start(programs: &Programs) -> anyhow::Result<Option<Self>> {
        let Some(program) = programs.ocypod.clone().or_else(|| on_path(PROGRAM)) else { return Ok(None) };
        let redis = PeerRedis::start(programs).await?;
        let address = process::free_address()?;
        let config = redis.directory().join(CONFIG);
        let (host, port, socket) = (address.ip(), address.port(), redis.socket().display());
        let text = format!(
            "[server]\nhost = \"{host}\"\nport = {port}\nlog_level = \"warn\"\n\
             [redis]\nurl = \"redis+unix://{socket}\"\n\
             [queue.{WORKED}]\n[queue.{STORED}]\n"
        );
        fs::write(&config, text)?;
        let mut command = Command::new(std::path::absolute(program)?);
        command.arg(&config);
        let process = Process::start_at(address, "/health", &mut command, redis.directory()).await?;
        let subject = Subject { address, meter: Meter { service: process.pid, redis: Some(redis.pid) } };
        let mut connection = Connection::open(address).await?;
        let version = connection.exchange(&request::get("/info/version")).await?;
        let version = String::from_utf8_lossy(version).trim_matches('"').to_owned();
        Ok(Some(Self { subject, kind: format!("{version}, HTTP, Rust"), _process: process, redis }))
    }

    pub(super) async fn stop(self) {
        self.redis.stop().await;
    }
}

impl Peer for Ocypod {
    const NAME: &str = "ocypod";

    fn kind(&self) -> &str {
        &self.kind
    }

    async fn lifecycles(&mut self, tasks: u64) -> anyhow::Result<Cost> {
        let (share, submit) = (Share::of(tasks), Arc::new(submit(WORKED)));
        let worker = |_, mut connection: Connection| {
            let (share, submit) = (share.clone(), submit.clone());
            async move {
                let claim = request::get(&format!("/queue/{WORKED}/job"));
                while share.take() {
                    connection.exchange(&submit).await?;
                    let id = number_after(connection.exchange(&claim).await?, ID).context("no job")?;
                    connection.exchange(&complete(id)).await?;
                }
                Ok((connection, ()))
            }
        };
        let (cpu, _) = drive(self.subject, CONNECTIONS, worker).await?;
        Ok(Cost { operations: tasks, cpu })
    }

    async fn queue(&mut self, tasks: u64) -> anyhow::Result<()> {
        let (share, submit) = (Share::of(tasks), Arc::new(submit(STORED)));
        let worker = |_, mut connection: Connection| {
            let (share, submit) = (share.clone(), submit.clone());
            async move {
                while share.take() {
                    connection.exchange(&submit).await?;
                }
                Ok((connection, ()))
            }
        };
        drive(self.subject, CONNECTIONS, worker).await?;
        Ok(())
    }

    async fn redis(&self) -> anyhow::Result<Info> {
        self.redis.info().await
    }
}

fn submit(queue: &str) -> Vec<u8> {
    let body = format!(r#"{{"input":"{}"}}"#, request::text(""));
    request::with_body("POST", &format!("/queue/{queue}/job"), &body)
}

fn complete(id: usize) -> Vec<u8> {
    request::with_body("PATCH", &format!("/job/{id}"), r#"{"status":"completed","output":{"ok":true}}"#)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}
