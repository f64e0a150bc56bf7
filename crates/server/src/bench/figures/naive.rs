use crate::bench::figures::single::costs;
use crate::bench::load::scale::Scale;
use crate::bench::load::turn::{Turn, in_turn};
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::system::service::Programs;

/// Single operations of the service, in turn with the naive one.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let Some(naive) = programs.naive().await? else {
        progress::say("naive: left out, `make bench` in a checkout of the sources builds it");
        return Ok(Vec::new());
    };
    let service = programs.waggle().await?;
    let systems = [("single", service.subject()), ("naive", naive.subject())];
    let [ours, naives] = in_turn(systems, scale).await?;
    service.stop().await?;
    naive.stop().await?;
    let mut figures = costs("naive", &naives);
    figures.push(ratio("lifecycle", &ours, &naives, |turn| turn.lifecycle().cpu_each()));
    figures.push(ratio("lifecycle, operations mixed", &ours, &naives, |turn| turn.mixed.cpu_each()));
    Ok(figures)
}

fn ratio(kind: &str, ours: &[Turn], naives: &[Turn], cpu: fn(&Turn) -> f64) -> Figure {
    let ratios = ours.iter().zip(naives).map(|(ours, naive)| cpu(ours) / cpu(naive)).collect();
    Figure::new(format!("single / naive: {kind}"), "of its CPU", ratios)
}
