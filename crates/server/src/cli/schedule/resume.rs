//! `waggle schedule resume`.

use std::process::ExitCode;

use super::{args::NamesArgs, said};

pub(super) async fn run(args: &NamesArgs) -> anyhow::Result<ExitCode> {
    said::put_back(args, false).await
}
