//! `waggle queue drain`.

use std::process::ExitCode;

use super::args::NamesArgs;

pub(super) async fn run(args: &NamesArgs) -> anyhow::Result<ExitCode> {
    args.post("drain").await
}
