//! `waggle swarm import`.

use std::{
    fs::File,
    io::{self, Read},
    pin::Pin,
    process::ExitCode,
    task::{Context, Poll},
    time::Duration,
};

use anyhow::Context as _;
use bytes::Bytes;
use http_body::Frame;
use tokio::sync::mpsc;
use waggle_task_queue::model::SwarmName;

use crate::cli::{
    client::{Call, CallError, ConnectArgs},
    meter::Meter,
    print,
    service::Service,
};

/// Longest time for the whole of it.
const TRANSFER: Duration = Duration::from_secs(24 * 3_600);
/// Bytes that are read at a time.
const CHUNK: usize = 64 * 1_024;
/// Chunks that wait for the connection.
const CHUNKS: usize = 4;
const MEDIA_TYPE: &str = "application/x-ndjson";

#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// The swarm, which is made where there is none; it has to be empty
    #[arg(value_name = "NAME")]
    name: SwarmName,

    /// The snapshot; - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,

    #[command(flatten)]
    connect: ConnectArgs,
}

pub(super) async fn run(args: ImportArgs) -> anyhow::Result<ExitCode> {
    let input: Box<dyn Read + Send> = match args.file.as_str() {
        "-" => Box::new(io::stdin()),
        name => Box::new(File::open(name).with_context(|| format!("{name} cannot be opened"))?),
    };
    let service = Service::open(&args.connect.or(Some(args.name)))?;
    make(&service).await?;
    let (sender, chunks) = mpsc::channel(CHUNKS);
    // Ends when all is read, or when nobody takes it any more.
    std::thread::spawn(move || read(input, &sender));
    let body = reqwest::Body::wrap(Chunks(chunks));
    let call = Call::put("/snapshot").header("content-type", Some(MEDIA_TYPE));
    print::answer(&service.client().upload(&call, body, TRANSFER).await?)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the swarm where there is none; what is said of one that exists stays until the snapshot says something else.
async fn make(service: &Service) -> Result<(), CallError> {
    let is = |error: &CallError, code: &str| error.problem().is_some_and(|problem| problem.code == code);
    match service.call(&Call::get("")).await {
        Err(error) if is(&error, "swarm_not_found") => {}
        other => return other.map(drop),
    }
    match service.call(&Call::put("")).await {
        // A restore into it broke off: it can begin again.
        Err(error) if is(&error, "swarm_closed") => Ok(()),
        made => made.map(drop),
    }
}

fn read(mut input: impl Read, sender: &mpsc::Sender<io::Result<Bytes>>) {
    let mut meter = Meter::new("sent");
    let mut buffer = vec![0; CHUNK];
    loop {
        let chunk = match input.read(&mut buffer) {
            Ok(0) => return meter.finish(),
            Ok(read) => Ok(Bytes::copy_from_slice(&buffer[..read])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        meter.add(chunk.as_ref().map_or(0, Bytes::len) as u64);
        let failed = chunk.is_err();
        if sender.blocking_send(chunk).is_err() || failed {
            return;
        }
    }
}

/// A body that is read while it is sent.
struct Chunks(mpsc::Receiver<io::Result<Bytes>>);

impl http_body::Body for Chunks {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data)))
    }
}
