//! The flags of `waggle state`.

use std::process::ExitCode;

use super::{delete, get, increment, list, patch, put, watch};

/// Read and change what a swarm shares.
#[derive(Debug, clap::Args)]
#[command(after_help = CONTRACT)]
pub struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

const CONTRACT: &str = "\
The state of a swarm is a set of keys with JSON values. Every change takes the next version of the swarm, \
and the version of a key is that of its last change: with --if-version a key is changed only when nobody has \
changed it since it was read.

Answers are JSON on standard output. Refusals are a line on standard error with the code of the problem \
in it, such as (version_mismatch). A change whose answer was lost is not sent again where a second \
application would not be the same as one.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage; 4 nothing changed in time \
(`watch --wait-ms`).";

#[derive(Debug, clap::Subcommand)]
enum StateCommand {
    /// Print the value of a key
    Get(get::GetArgs),
    /// Set a key
    Put(put::PutArgs),
    /// Change a part of a key's value (RFC 7396)
    Patch(patch::PatchArgs),
    /// Delete a key
    Delete(delete::DeleteArgs),
    /// Add to a number; a missing key counts as 0
    Increment(increment::IncrementArgs),
    /// Print keys with their values, one after the other
    List(list::ListArgs),
    /// Print what changes, one change a line
    Watch(watch::WatchArgs),
}

impl StateArgs {
    /// Runs the command the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached, or what was to be stored cannot be read.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            StateCommand::Get(args) => get::run(args).await,
            StateCommand::Put(args) => put::run(args).await,
            StateCommand::Patch(args) => patch::run(args).await,
            StateCommand::Delete(args) => delete::run(args).await,
            StateCommand::Increment(args) => increment::run(args).await,
            StateCommand::List(args) => list::run(args).await,
            StateCommand::Watch(args) => watch::run(args).await,
        }
    }
}
