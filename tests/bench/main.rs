//! `waggle-bench`: what an operation costs, measured on a real optimised service with its private Redis.
//!
//! Figures on a shared machine are either CPU time an operation, which stays steady where throughput does
//! not, or ratios of two systems measured in turn within one run. The program starts everything it measures,
//! puts load on it from its own process, whose CPU counts for nobody, and prints a table.
//!
//! Every figure carries the target it has to meet; a missed target is a line in the table, not a failure of
//! the program. The exit status is 1 only where something broke: an unexpected answer, a lost task, a deadline.

mod agents;
mod answer;
mod args;
mod batch;
mod ceiling;
mod connection;
mod cpu;
mod deadline;
mod events;
mod figure;
mod growth;
mod heartbeats;
mod idle;
mod info;
mod latency;
mod load;
mod machine;
mod messages;
mod naive;
mod operations;
mod process;
mod procfs;
mod progress;
mod receipts;
mod report;
mod request;
mod scale;
mod service;
mod settlements;
mod single;
mod snapshot;
mod statistics;
mod suite;
mod transaction;
mod turn;
mod waits;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use args::{Args, Helper};

fn main() -> ExitCode {
    match start(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::say(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn start(args: &Args) -> anyhow::Result<()> {
    match &args.helper {
        Some(Helper::Ceiling(settings)) => ceiling::serve(settings),
        Some(Helper::Naive(settings)) => naive::serve(settings),
        None => {
            process::raise_file_limit()?;
            // One thread: a generator that steals work between threads would cost the measured service more.
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(args))
        }
    }
}

/// Runs the suite until it ends or a signal asks to stop; dropping it kills what it has started.
async fn measure(args: &Args) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        result = suite::run(args) => result,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
        _ = terminate.recv() => anyhow::bail!("terminated"),
    }
}
