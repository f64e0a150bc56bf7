use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

/// Measures what an operation of Waggle costs, and prints the figures beside their targets.
#[derive(Debug, Parser)]
#[command(name = "waggle-bench", version)]
pub(crate) struct Args {
    /// Only these benchmarks, separated by commas; all but `ceiling` by default.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) only: Vec<Bench>,

    /// Write the figures to this file as JSON too.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// About a minute instead of about ten: smaller loads, fewer rounds, rougher figures.
    #[arg(long)]
    pub(crate) quick: bool,

    /// The service to measure; by default the `waggle` beside this program.
    #[arg(long, value_name = "PATH")]
    pub(crate) waggle: Option<PathBuf>,

    /// Where data directories are made for the run; by default the system's place for temporary files.
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) helper: Option<Helper>,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// The HTTP ceiling alone, without the service.
    Ceiling,
    /// Single operations, in turn with the ceiling.
    Single,
    /// Finish one task and claim the next in one request.
    Settlements,
    /// A hundred tasks a request.
    Batch,
    /// From the send of a submit to a waiting agent's receipt.
    Latency,
    /// From the send of a message to a waiting agent's receipt.
    Messages,
    /// What waiting agents cost while nothing happens.
    Idle,
    /// What a long queue costs.
    Growth,
    /// What the history of a swarm costs that nobody follows.
    Events,
    /// What agents cost that say every ten seconds that they are alive.
    Heartbeats,
    /// What a transaction of ten operations takes of Redis's time.
    Transaction,
    /// What a snapshot takes: time and memory.
    Snapshot,
    /// Single operations, in turn with a naive service on the same Redis settings.
    Naive,
}

impl Bench {
    /// What runs when nothing is selected. The ceiling is part of `single`.
    pub(crate) const ALL: [Bench; 12] = [
        Bench::Single,
        Bench::Settlements,
        Bench::Batch,
        Bench::Latency,
        Bench::Messages,
        Bench::Idle,
        Bench::Growth,
        Bench::Events,
        Bench::Heartbeats,
        Bench::Transaction,
        Bench::Snapshot,
        Bench::Naive,
    ];
}

/// The program run as one of the processes that the service is compared with.
#[derive(Debug, Subcommand)]
pub(crate) enum Helper {
    /// Serve the ceiling.
    #[command(hide = true)]
    Ceiling(CeilingArgs),
    /// Serve the naive service.
    #[command(hide = true)]
    Naive(NaiveArgs),
}

/// What the ceiling answers: bodies of the size that the service's own have.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct CeilingArgs {
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    #[arg(long)]
    pub(crate) submit_bytes: usize,
    #[arg(long)]
    pub(crate) claim_bytes: usize,
    #[arg(long)]
    pub(crate) complete_bytes: usize,
    /// Read the request as JSON and write the answer as JSON, as a service does that handles it at all.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the naive service listens and where it keeps its Redis.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct NaiveArgs {
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    #[arg(long)]
    pub(crate) data_dir: PathBuf,
}
