use crate::args::{Args, Bench};
use crate::machine::Machine;
use crate::report::Report;
use crate::scale::Scale;
use crate::service::Programs;
use crate::{
    batch, events, growth, heartbeats, idle, latency, messages, naive, progress, settlements, single,
    snapshot, transaction,
};

/// Runs the selected benchmarks one after the other and reports.
///
/// # Errors
/// Whatever breaks; what was measured until then is reported nevertheless.
pub(crate) async fn run(args: &Args) -> anyhow::Result<()> {
    let (programs, scale) = (Programs::new(args)?, Scale::new(args.quick));
    let selected = if args.only.is_empty() { Bench::ALL.to_vec() } else { args.only.clone() };
    let mut report = Report::new(args.quick, Machine::look().await);
    let result = measure(&selected, &programs, &scale, &mut report).await;
    report.print()?;
    if let Some(path) = &args.json {
        report.write_json(path)?;
    }
    result
}

async fn measure(
    selected: &[Bench],
    programs: &Programs,
    scale: &Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    if selected.iter().any(|bench| *bench != Bench::Ceiling) {
        let service = programs.waggle().await?;
        report.machine.note_redis(service.settled_info().await?.version()?);
        service.stop().await?;
    }
    for bench in selected {
        progress::say(&format!("{bench:?}").to_lowercase());
        report.add(match bench {
            Bench::Ceiling => single::run_ceiling(programs, scale).await?,
            Bench::Single => single::run(programs, scale).await?,
            Bench::Settlements => settlements::run(programs, scale).await?,
            Bench::Batch => batch::run(programs, scale).await?,
            Bench::Latency => latency::run(programs, scale).await?,
            Bench::Messages => messages::run(programs, scale).await?,
            Bench::Idle => idle::run(programs, scale).await?,
            Bench::Growth => growth::run(programs, scale).await?,
            Bench::Events => events::run(programs, scale).await?,
            Bench::Heartbeats => heartbeats::run(programs, scale).await?,
            Bench::Transaction => transaction::run(programs, scale).await?,
            Bench::Snapshot => snapshot::run(programs, scale).await?,
            Bench::Naive => naive::run(programs, scale).await?,
        });
    }
    Ok(())
}
