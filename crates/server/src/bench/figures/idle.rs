use std::sync::Arc;
use std::time::Duration;

use crate::bench::load::agents::{Agents, until_calm};
use crate::bench::load::operations::{self, Load};
use crate::bench::load::scale::{CONNECTIONS, Scale};
use crate::bench::load::waits::Waits;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::service::{Programs, Service};

const QUEUE: &str = "idle";
/// Lifecycles before the baseline, so that what is allocated once is not counted for the agents.
const WARM_UP: u64 = 2_000;

/// What waiting agents cost while nothing happens: a share of a core, and memory.
///
/// # Errors
/// Whatever breaks; an agent whose wait is cut short.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for &count in scale.idle {
        if !crate::bench::figures::latency::fits(count) {
            continue;
        }
        let service = programs.waggle().await?;
        figures.extend(measure(&service, count, scale.idleness).await?);
        service.stop().await?;
    }
    Ok(figures)
}

async fn measure(service: &Service, count: usize, duration: Duration) -> anyhow::Result<Vec<Figure>> {
    let subject = service.subject();
    warm_up(service).await?;
    until_calm(subject.meter).await?;
    let (service_before, redis_before) = service.resident_bytes()?;
    progress::say(&format!("idle: gathering {count} agents"));
    let nobody = Arc::new(|_: &[u8]| anyhow::bail!("a task in an empty queue"));
    let mut agents = Agents::gather(subject.address, count, QUEUE, nobody).await?;
    until_calm(subject.meter).await?;
    progress::say(&format!("idle: watching {count} agents for {} s", duration.as_secs()));
    let before = subject.meter.read()?;
    tokio::time::sleep(duration).await;
    agents.check()?;
    let cpu = subject.meter.since(&before)?;
    let (service_now, redis_now) = service.resident_bytes()?;

    let each = |now: u64, before: u64| kibibytes(now.saturating_sub(before)) / kibibytes(count as u64 * 1024);
    let (service_each, redis_each) = (each(service_now, service_before), each(redis_now, redis_before));
    let limit = if count > 1_000 { 2.0 } else { 0.5 };
    let share = |spent: f64| spent / cpu.wall * 100.0;
    let baseline = kibibytes(service_before) / 1024.0;
    Ok(vec![
        Figure::new(format!("idle, {count} agents: CPU"), "% of a core", vec![share(cpu.total())])
            .target(Target::at_most(limit))
            .detail(format!("service {:.2} + Redis {:.2}", share(cpu.service), share(cpu.redis))),
        Figure::new(format!("idle, {count} agents: memory an agent"), "KiB", vec![service_each + redis_each])
            .target(Target::at_most(16.0))
            .detail(format!(
                "service {service_each:.1} + Redis {redis_each:.1}; service without agents {baseline:.0} MiB"
            )),
    ])
}

async fn warm_up(service: &Service) -> anyhow::Result<()> {
    let (subject, waits) = (service.subject(), Waits::new());
    let load = Load { connections: CONNECTIONS, operations: WARM_UP, queue: QUEUE };
    operations::submit(subject, load, &waits).await?;
    let (_, held) = operations::claim(subject, load, &waits).await?;
    operations::complete(subject, CONNECTIONS, &held, &waits).await?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "memory is below 2^52 bytes")]
fn kibibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
