use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

/// The flags of `waggle bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(crate) struct BenchArgs {
    /// Only these, separated by commas; by default all but `ceiling`, which is part of `single`
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAMES")]
    pub(crate) only: Vec<Bench>,

    /// Smaller loads, fewer rounds, rougher figures: minutes instead of half an hour
    #[arg(long)]
    pub(crate) quick: bool,

    /// Turns of what is measured in turns [default: 7, with `--quick` 3]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) rounds: Option<u16>,

    /// Operations of a kind in a turn [default: 12800, with `--quick` 3200]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub(crate) operations: Option<u64>,

    /// Write the figures to this file as JSON too, after each benchmark
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Keep what the file of `--json` holds of benchmarks that are not measured now
    #[arg(long, requires = "json")]
    pub(crate) keep: bool,

    /// The program to measure [default: this one]
    #[arg(long, value_name = "PATH")]
    pub(crate) waggle: Option<PathBuf>,

    /// Measure another build of `waggle` in turn, this one and that one and this one again, and print
    /// how many times what the other one costs this one does
    #[arg(long, value_name = "PATH")]
    pub(crate) against: Option<PathBuf>,

    /// Whether the measured service asks for a token, and whether that is measured in turn with one that does not
    #[arg(long, value_enum, value_name = "WHEN", default_value = "off")]
    pub(crate) tokens: Tokens,

    /// Where temporary directories for data are made [default: the system's place for such]
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,

    /// For `peers`: the program of ocypod [default: `ocypod-server` on the path]
    #[arg(long, value_name = "PATH")]
    pub(crate) ocypod: Option<PathBuf>,

    /// For `peers`: the directory in which `npm install bullmq ioredis` was run
    #[arg(long, value_name = "DIR")]
    pub(crate) bullmq: Option<PathBuf>,

    /// Measure nothing: print the figures of a file that `--json` has written
    #[arg(long, value_name = "FILE", conflicts_with_all = ["only", "quick", "json", "against"])]
    pub(crate) render: Option<PathBuf>,

    /// With `--render`: write the figures between the marks of this Markdown file instead
    #[arg(long, value_name = "FILE", requires = "render")]
    pub(crate) into: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) helper: Option<Helper>,
}

const HELP: &str = "\
It starts services and Redis servers of its own in temporary directories, on free ports of the
loopback interface, and removes them afterwards; a Waggle or a Redis that runs already is not
touched. What it does is said on standard error while it runs; the table on standard output and
the JSON hold every figure beside its target. A missed target is a line in the table: the exit
status is 1 only where something broke.

Costs are CPU time of the service and of Redis an operation, as the operating system counts it:
that stays steady where throughput does not. Still, leave the machine alone meanwhile. With ten
thousand agents the limit of open files (`ulimit -Hn`) has to be above 10,500; with a million
tasks there has to be a gigabyte of memory and of room in the temporary directory.

Examples:
  waggle bench --quick --only single
  waggle bench --only growth --json growth.json
  waggle bench --only single,batch --against ./waggle-of-yesterday
  waggle bench --quick --only single,settlements,batch --tokens in-turn
  waggle bench --only peers --bullmq ~/bullmq";

/// When the measured service asks for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tokens {
    /// Never
    Off,
    /// Of every request; with `--against` the other build too
    On,
    /// In turn with the same build without, and how many times what that one costs this one does
    InTurn,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Bench {
    /// HTTP alone, without a service: what this machine allows
    Ceiling,
    /// Submit, claim, complete, each its own request, in turn with the ceiling
    Single,
    /// Finish one task and claim the next in one request
    Settlements,
    /// A hundred tasks a request
    Batch,
    /// From the send of a submit to the receipt by one of 10 to 10,000 waiting agents
    Latency,
    /// From the send of a message to the receipt by an agent that waits for it
    Messages,
    /// What 1,000 and 10,000 waiting agents cost while nothing happens
    Idle,
    /// Submits and claims with up to a million tasks queued; memory a task
    Growth,
    /// What tasks, agents, messages and state keys take of memory and disk
    Capacity,
    /// What the history of a swarm costs that nobody follows
    Events,
    /// What a thousand agents cost that say every ten seconds that they are alive
    Heartbeats,
    /// What a transaction of ten operations takes of Redis's time
    Transaction,
    /// What a snapshot takes: time and memory
    Snapshot,
    /// What it costs to record performance: time an operation, memory
    Recording,
    /// The performance report with 10,000 queues and 10,000 agents
    Report,
    /// The metrics with 10,000 queues and 10,000 agents: time and size
    Metrics,
    /// In turn with a service that was written without a thought for cost; built from a checkout of the sources
    Naive,
    /// In turn with ocypod and BullMQ, where they are installed, on the same Redis settings
    Peers,
}

impl Bench {
    /// What runs when nothing is selected. The ceiling is part of `single`.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied().filter(|bench| *bench != Self::Ceiling)
    }

    /// The name on the command line, in JSON and in documents.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// The program run as one of the processes that the service is compared with.
#[derive(Debug, Subcommand)]
pub(crate) enum Helper {
    /// Serve the ceiling.
    #[command(hide = true)]
    Ceiling(CeilingArgs),
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
