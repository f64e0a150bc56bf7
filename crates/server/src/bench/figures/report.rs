use crate::bench::load::crowd::{self, Asked};
use crate::bench::load::scale::Scale;
use crate::bench::report::figure::Figure;
use crate::bench::report::target::Target;
use crate::bench::system::service::Programs;

const PATH: &str = "/perf/report";

/// What the report of a node takes with ten thousand queues and as many agents.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    crowd::gather(service.subject()).await?;
    let Asked { waits, bytes, cost } = crowd::ask(service.subject(), PATH, scale.answers).await?;
    service.stop().await?;
    let time = |name: &str, quantile| {
        Figure::new(format!("report, {}: {name}", crowd::NAME), "ms", vec![waits.milliseconds(quantile)])
    };
    Ok(vec![
        time("p50", 0.5).detail(format!("{bytes} bytes")),
        time("p95", 0.95).target(Target::at_most(5.0)),
        Figure::cpu(format!("report, {}: CPU", crowd::NAME), &[cost]),
    ])
}
