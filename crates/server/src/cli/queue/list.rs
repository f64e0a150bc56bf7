//! `waggle queue list`.

use std::process::ExitCode;

use crate::cli::{client::Call, pages::ListArgs};

pub(super) async fn run(args: ListArgs) -> anyhow::Result<ExitCode> {
    args.print(&Call::get("/queues"), "queues").await
}
