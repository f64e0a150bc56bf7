use std::io::{self, Write as _};
use std::pin::pin;
use std::process::ExitCode;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::ValidateArgs;
use super::progress::tell;
use super::table::table;
use crate::cli::client::{ServiceArgs, address, authorization};
use crate::perf::report::clean;
use crate::perf::validate::{
    Broken, CONFIDENCE, Client, Ended, Inside, RunStatus, Slack, Suite, TestOutcome, Validation,
};
use crate::serve::{Signals, raise_open_files};

/// The exit status where the service cannot be used.
const UNUSABLE: u8 = 2;
const FAILED: u8 = 1;

pub(super) async fn run(args: ValidateArgs) -> anyhow::Result<ExitCode> {
    raise_open_files();
    let client = match client(&args.service) {
        Ok(client) => client,
        Err(error) => return Ok(unusable(&format!("{error:#}"))),
    };
    let suite = Suite {
        client,
        inside: Inside::Asked,
        quick: args.quick,
        slack: Slack { factor: args.slack, except: args.strict },
        tests: args.chosen(),
    };
    let mut signals = Signals::catch()?;
    let stop = CancellationToken::new();
    let mut suite = pin!(suite.run(&stop, |event| tell(&event)));
    let first = tokio::select! {
        ended = &mut suite => return report(ended, args.json),
        status = signals.next() => status,
    };
    stop.cancel();
    // It removes its swarm; whoever does not want to wait for that says so once more.
    let status = tokio::select! {
        _ = suite => first,
        second = signals.next() => second,
    };
    Ok(ExitCode::from(status))
}

fn client(args: &ServiceArgs) -> anyhow::Result<Client> {
    let tls = args.tls.of(&address(&args.url)?)?;
    Ok(Client::new(&args.url, tls, authorization(args.token_file.as_deref())?)?)
}

fn report(ended: Result<Ended, Broken>, json: bool) -> anyhow::Result<ExitCode> {
    let ended = match ended {
        Ok(ended) => ended,
        Err(broken) => return Ok(unusable(&broken.to_string())),
    };
    let passed = passes(&ended);
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, &validation(ended))?;
        writeln!(out)?;
    } else {
        out.write_all(table(&ended).as_bytes())?;
    }
    out.flush()?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn passes(ended: &Ended) -> bool {
    ended.tests.iter().all(TestOutcome::passed) && ended.confidence.is_none_or(|score| score >= CONFIDENCE)
}

/// The shape that the service answers with.
fn validation(ended: Ended) -> Validation {
    let Ended { tests, confidence } = ended;
    Validation {
        id: Uuid::now_v7(),
        status: RunStatus::Finished,
        progress: 1.0,
        confidence,
        tests,
        error: None,
    }
}

fn unusable(why: &str) -> ExitCode {
    // Nobody may be reading.
    let _ = writeln!(io::stderr(), "waggle: {}", clean(&why.replace('\n', " ")));
    ExitCode::from(UNUSABLE)
}
