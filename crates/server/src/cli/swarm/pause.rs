//! `waggle swarm pause`.

use std::process::ExitCode;

use super::args::NamedArgs;
use crate::cli::client::Call;

pub(super) async fn run(args: NamedArgs) -> anyhow::Result<ExitCode> {
    args.answer(Call::post("/pause")).await
}
