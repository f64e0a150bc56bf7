//! `waggle swarm export`.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, bail};
use waggle_task_queue::{SnapshotCheck, model::SwarmName};

use crate::cli::{
    client::{Call, ConnectArgs},
    meter::Meter,
    print,
    service::Service,
};

/// How long a service may be silent in the middle: it waits for its Redis for a while itself.
const SILENCE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// The swarm [default: that of --swarm]
    #[arg(value_name = "NAME")]
    name: Option<SwarmName>,

    /// Write into FILE, which is there when it is complete, and not before [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: ExportArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect.or(args.name))?;
    match &args.output {
        None => export(&service, print::raw).await?,
        Some(path) => into_file(&service, path).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn into_file(service: &Service, path: &Path) -> anyhow::Result<()> {
    let mut name = path.file_name().context("--output names no file")?.to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let unwritable = || format!("{} cannot be written", part.display());
    let mut file = File::create(&part).with_context(unwritable)?;
    let written = export(service, |bytes| file.write_all(bytes)).await;
    let complete = written.and_then(|()| file.sync_all().with_context(unwritable));
    if complete.is_err() {
        // The error that is told is the first one.
        let _left = fs::remove_file(&part);
    }
    complete?;
    fs::rename(&part, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// Hands on what comes, and looks at it on the way: what was cut off or changed is no snapshot.
async fn export(service: &Service, mut write: impl FnMut(&[u8]) -> io::Result<()>) -> anyhow::Result<()> {
    let client = service.client();
    let mut response = client.open(&Call::get("/snapshot")).await?;
    let (mut check, mut meter) = (SnapshotCheck::default(), Meter::new("exported"));
    while let Some(bytes) = client.chunk(&mut response, SILENCE).await? {
        write(&bytes)?;
        if let Err(broken) = check.feed(&bytes) {
            bail!("what came is not a snapshot: {broken}");
        }
        meter.add(bytes.len() as u64);
    }
    check.finish().context("the snapshot broke off")?;
    meter.finish();
    Ok(())
}
