//! `waggle perf`.

use std::process::ExitCode;

use waggle_core::perf::LONGEST_SECONDS;

use crate::cli::client::{Call, ServiceArgs};
use crate::cli::{print, service::Service};

/// The longest window, in milliseconds.
const LONGEST_MS: u64 = LONGEST_SECONDS * 1_000;

#[derive(Debug, clap::Args)]
pub(super) struct ReportArgs {
    /// How far to look back, in milliseconds, 1,000 to 600,000
    #[arg(long, default_value_t = 60_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1_000..=LONGEST_MS))]
    window_ms: u64,

    /// Of the server that answers, or of all servers on the same Redis
    #[arg(long, value_enum, default_value_t = Scope::Node)]
    scope: Scope,

    /// Print one JSON object instead of a table
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    service: ServiceArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Scope {
    /// The server that answers
    Node,
    /// All servers on the same Redis
    Fleet,
}

impl Scope {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Fleet => "fleet",
        }
    }
}

pub(super) async fn run(args: ReportArgs) -> anyhow::Result<ExitCode> {
    let service = Service::open(&args.service.into())?;
    let media_type = if args.json { "application/json" } else { "text/plain" };
    let call = Call::get("/perf/report")
        .of_the_service()
        .query("window_ms", Some(args.window_ms))
        .query("scope", Some(args.scope.as_str()))
        .header("accept", Some(media_type));
    let report = service.call(&call).await?;
    if args.json {
        print::answer(&report)?;
    } else {
        print::raw(&report)?;
    }
    Ok(ExitCode::SUCCESS)
}
