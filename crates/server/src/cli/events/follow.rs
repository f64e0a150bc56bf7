//! Reading events, over one connection after the other.

use std::{io, process::ExitCode, time::Duration};

use super::{args::EventsArgs, stream::Stream};
use crate::cli::{
    client::{Call, CallError, Patience},
    print,
    service::Service,
};

/// Longer than any service is silent on a connection that works: it says that it is alive every 15 seconds unless it is
/// set otherwise.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a service is looked for that is away.
const PATIENCE: Duration = Duration::from_secs(60);
/// Before everything that can have happened.
const START: &str = "0-0.0";

/// Between the end of a stream and the next connection: what services ask for.
const RECONNECT: Duration = Duration::from_secs(1);

/// Why reading cannot go on.
enum Broken {
    Call(CallError),
    Output(io::Error),
}

/// Prints the events that `args` ask for.
///
/// # Errors
/// When the service refuses, or cannot be reached for a minute.
pub(super) async fn run(args: EventsArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.connect)?;
    let since = args.since.map(|id| id.to_string()).or_else(|| (!args.follow).then(|| START.to_owned()));
    let mut stream = Stream::behind(since);
    let mut patience = Patience::new(PATIENCE);
    loop {
        let call = call(&args, stream.last_id());
        match read(&service, &call, &mut stream, &mut patience).await {
            Ok(()) if !args.follow => return Ok(ExitCode::SUCCESS),
            // The service has ended it: it stops, the reader fell behind, or the swarm is gone, which it then says.
            Ok(()) => tokio::time::sleep(RECONNECT).await,
            Err(Broken::Output(error)) => return Err(error.into()),
            Err(Broken::Call(error)) => match patience.after(&error, &call) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return Err(error.into()),
            },
        }
    }
}

/// Prints events until the service ends the stream.
async fn read(
    service: &Service,
    call: &Call,
    stream: &mut Stream,
    patience: &mut Patience,
) -> Result<(), Broken> {
    let client = service.client();
    let mut response = client.open(call).await.map_err(Broken::Call)?;
    *patience = Patience::new(PATIENCE);
    *stream = Stream::behind(stream.last_id().map(str::to_owned));
    while let Some(bytes) = client.chunk(&mut response, SILENCE).await.map_err(Broken::Call)? {
        for event in stream.read(&bytes) {
            print::line(event.as_bytes()).map_err(Broken::Output)?;
        }
    }
    Ok(())
}

fn call(args: &EventsArgs, last_id: Option<&str>) -> Call {
    Call::get("/events")
        .query("task", args.task)
        .query("agent", args.agent.as_ref())
        .query("kind", Some(args.kinds.join(",")).filter(|kinds| !kinds.is_empty()))
        .query("follow", (!args.follow).then_some(false))
        .header("last-event-id", last_id)
}
