use crate::bench::load::crowd::{self, Asked};
use crate::bench::load::scale::Scale;
use crate::bench::report::figure::Figure;
use crate::bench::report::target::Target;
use crate::bench::system::service::Programs;

const PATH: &str = "/metrics";

/// What the metrics of a server take with ten thousand queues and as many agents, and how long they are.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    crowd::gather(service.subject()).await?;
    let Asked { waits, bytes, cost } = crowd::ask(service.subject(), PATH, scale.answers).await?;
    service.stop().await?;
    let time = |name: &str, quantile| {
        Figure::new(format!("metrics, {}: {name}", crowd::NAME), "ms", vec![waits.milliseconds(quantile)])
    };
    Ok(vec![
        time("p50", 0.5),
        time("p95", 0.95).target(Target::at_most(20.0)),
        Figure::new(format!("metrics, {}: size", crowd::NAME), "KiB", vec![kibibytes(bytes)])
            .target(Target::at_most(1024.0)),
        Figure::cpu(format!("metrics, {}: CPU", crowd::NAME), &[cost]),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "an answer is below 2^52 bytes")]
fn kibibytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}
