use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::bench::figures::growth::fill;
use crate::bench::load::scale::Scale;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::{Programs, Service};
use crate::tls::{http_client, trusting_nobody};

/// How often it is looked how much memory the service takes.
const LOOK: Duration = Duration::from_millis(20);
/// Each takes seconds.
const ROUNDS: usize = 3;
const MIB: f64 = 1_048_576.0;

/// What a snapshot of a swarm with many tasks takes: time and the service's memory at its peak.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let tasks = scale.exported;
    let service = programs.waggle().await?;
    progress::say(&format!("snapshot: queueing {tasks} tasks"));
    fill(service.subject(), tasks).await?;
    service.settled_info().await?;
    let (mut exports, mut restores, mut peaks, mut snapshot) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let address = service.subject().address;
    for round in 0..scale.rounds.min(ROUNDS) {
        progress::say(&format!("snapshot: export, round {round}"));
        let began = Instant::now();
        let (exported, peak) = with_peak(&service, export(address)).await?;
        exports.push(began.elapsed().as_secs_f64());
        peaks.push(megabytes(peak));
        ensure!(lines(&exported) > tasks, "an export of {} lines", lines(&exported));
        snapshot = exported;
    }
    // Afterwards: a walk over the keys meets those of restored swarms as well.
    for round in 0..scale.rounds.min(ROUNDS) {
        progress::say(&format!("snapshot: restore, round {round}"));
        let began = Instant::now();
        let ((), peak) = with_peak(&service, restore(address, round, snapshot.clone())).await?;
        restores.push(began.elapsed().as_secs_f64());
        peaks.push(megabytes(peak));
    }
    let bytes = snapshot.len();
    service.stop().await?;
    Ok(vec![
        Figure::new(format!("snapshot of {tasks} tasks: export"), "s", exports)
            .target(Target::at_most(10.0))
            .detail(format!("{:.1} MiB", megabytes(bytes as u64))),
        Figure::new(format!("snapshot of {tasks} tasks: restore"), "s", restores),
        Figure::new(format!("snapshot of {tasks} tasks: memory of the service"), "MiB", peaks)
            .target(Target::at_most(100.0)),
    ])
}

/// What comes of `work`, and the most memory that the service took meanwhile.
async fn with_peak<T>(
    service: &Service,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(T, u64)> {
    let mut peak = service.resident_bytes()?.0;
    let mut work = std::pin::pin!(work);
    loop {
        match tokio::time::timeout(LOOK, &mut work).await {
            Ok(done) => return Ok((done?, peak.max(service.resident_bytes()?.0))),
            Err(_) => peak = peak.max(service.resident_bytes()?.0),
        }
    }
}

async fn export(address: SocketAddr) -> anyhow::Result<Vec<u8>> {
    let url = format!("http://{address}/v1/swarms/default/snapshot");
    let mut response = client()?.get(url).send().await?.error_for_status()?;
    let mut snapshot = Vec::new();
    while let Some(chunk) = response.chunk().await.context("the export broke off")? {
        snapshot.extend_from_slice(&chunk);
    }
    Ok(snapshot)
}

async fn restore(address: SocketAddr, round: usize, snapshot: Vec<u8>) -> anyhow::Result<()> {
    let url = format!("http://{address}/v1/swarms/restored-{round}");
    let client = client()?;
    client.put(&url).send().await?.error_for_status()?;
    let put = client.put(format!("{url}/snapshot")).header("content-type", "application/x-ndjson");
    put.body(snapshot).send().await?.error_for_status()?;
    Ok(())
}

fn client() -> reqwest::Result<reqwest::Client> {
    http_client(trusting_nobody()).build()
}

fn lines(snapshot: &[u8]) -> u64 {
    snapshot.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[expect(clippy::cast_precision_loss, reason = "memory is below 2^52 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MIB
}
