use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

use super::args::{Bench, BenchArgs, Helper, Tokens};
use super::comparison;
use super::figures::ceiling;
use super::load::scale::Scale;
use super::report::document;
use super::report::figure::Figure;
use super::report::progress;
use super::report::run::Run;
use super::system::machine::Machine;
use super::system::process;
use super::system::service::Programs;

impl BenchArgs {
    /// Whether one thread is to put the load on: a generator that steals work between threads would cost the
    /// measured service more. The ceiling has a worker for each core, as the service has.
    pub(crate) const fn on_one_thread(&self) -> bool {
        self.helper.is_none()
    }

    /// Measures and prints until that is done or a signal asks to stop; being dropped kills what it has started.
    ///
    /// # Errors
    /// Whatever breaks; what was measured until then has been printed.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        if let Some(Helper::Ceiling(settings)) = &self.helper {
            ceiling::serve(settings).await?;
        } else if let Some(path) = &self.render {
            render(path, self.into.as_deref())?;
        } else {
            process::raise_file_limit()?;
            let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
            tokio::select! {
                result = measure(&self) => result?,
                _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
                _ = terminate.recv() => anyhow::bail!("terminated"),
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs the selected benchmarks one after the other and prints what came of them.
async fn measure(args: &BenchArgs) -> anyhow::Result<()> {
    let (programs, scale) = (Programs::new(args)?, Scale::new(args));
    let mut selected = args.only.clone();
    if selected.is_empty() {
        selected.extend(Bench::all());
    }
    let mut run = Run::new(args.quick, Machine::look().await);
    run.machine.redis = Some(redis_version(&programs).await?);
    let mut result = Ok(());
    for bench in selected {
        progress::say(&bench.name());
        match one(args, bench, &programs, &scale).await {
            Ok(figures) => run.add(bench, figures),
            Err(error) => result = Err(error.context(bench.name())),
        }
        if let Some(path) = &args.json {
            written(&run, path, args.keep)?;
        }
        if result.is_err() {
            break;
        }
    }
    io::stdout().write_all(run.text().as_bytes())?;
    result
}

async fn one(
    args: &BenchArgs,
    bench: Bench,
    programs: &Programs,
    scale: &Scale,
) -> anyhow::Result<Vec<Figure>> {
    let other = match &args.against {
        Some(path) => Some(programs.with(path)?),
        None => (args.tokens == Tokens::InTurn).then(|| programs.open()),
    };
    match other {
        Some(other) => comparison::run(bench, programs, &other, scale).await,
        None => bench.measure(programs, scale).await,
    }
}

async fn redis_version(programs: &Programs) -> anyhow::Result<String> {
    let service = programs.waggle().await?;
    let version = service.settled_info().await?.version()?.to_owned();
    service.stop().await?;
    Ok(version)
}

fn written(run: &Run, path: &Path, keep: bool) -> anyhow::Result<()> {
    if keep && path.exists() {
        return run.clone().beside(&Run::read(path)?).write(path);
    }
    run.write(path)
}

fn render(figures: &Path, into: Option<&Path>) -> anyhow::Result<()> {
    let run = Run::read(figures)?;
    let Some(path) = into else { return Ok(io::stdout().write_all(run.text().as_bytes())?) };
    let document = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let filled = document::fill(&document, &run)?;
    fs::write(path, filled).with_context(|| format!("cannot write {}", path.display()))
}
