use crate::bench::figures::ceiling::Sizes;
use crate::bench::load::drive::Cost;
use crate::bench::load::scale::Scale;
use crate::bench::load::turn::{Turn, in_turn};
use crate::bench::report::figure::Figure;
use crate::bench::report::statistics::median;
use crate::bench::report::target::Target;
use crate::bench::system::service::Programs;

/// Single operations of the service, in turn with the ceiling and with one that handles JSON as well.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let service = programs.waggle().await?;
    let sizes = Sizes::probe(service.subject()).await?;
    let (bare, json) = (programs.ceiling(sizes, false).await?, programs.ceiling(sizes, true).await?);
    let systems = [("single", service.subject()), ("ceiling", bare.subject()), ("with JSON", json.subject())];
    let [ours, bares, jsons] = in_turn(systems, scale).await?;
    for service in [service, bare, json] {
        service.stop().await?;
    }

    let mut figures = single_costs(&ours);
    let [lifecycle, mixed, rest @ ..] = ratios("ceiling", &ours, &bares);
    let target = Target::at_least(0.65);
    figures.extend([lifecycle.target(target), mixed.target(target)]);
    figures.extend(rest);
    figures.extend(ratios("ceiling with JSON", &ours, &jsons));
    figures.extend(costs("ceiling", &bares));
    figures.extend(costs("ceiling with JSON", &jsons));
    Ok(figures)
}

/// The ceiling without the service, in turn with the one that handles JSON as well.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run_ceiling(programs: &Programs, scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let sizes = Sizes::TYPICAL;
    let (bare, json) = (programs.ceiling(sizes, false).await?, programs.ceiling(sizes, true).await?);
    let [bares, jsons] = in_turn([("ceiling", bare.subject()), ("with JSON", json.subject())], scale).await?;
    for service in [bare, json] {
        service.stop().await?;
    }
    Ok([costs("ceiling", &bares), costs("ceiling with JSON", &jsons)].concat())
}

/// What a system's lifecycle costs, and each of its operations.
pub(crate) fn costs(name: &str, turns: &[Turn]) -> Vec<Figure> {
    let figure = |kind: &str, part: Part| {
        Figure::cpu(format!("{name}: {kind}"), &turns.iter().map(part).collect::<Vec<_>>())
    };
    PARTS.map(|(kind, part)| figure(kind, part)).into()
}

type Part = fn(&Turn) -> Cost;

/// The operations of a turn, lifecycles first: those have targets.
const PARTS: [(&str, Part); 5] = [
    ("lifecycle", Turn::lifecycle),
    ("lifecycle, operations mixed", |turn| turn.mixed),
    ("submit", |turn| turn.submit),
    ("claim", |turn| turn.claim),
    ("complete", |turn| turn.complete),
];

fn single_costs(ours: &[Turn]) -> Vec<Figure> {
    let mut figures = costs("single", ours);
    for lifecycle in &mut figures[..2] {
        *lifecycle = lifecycle.clone().target(Target::at_most(160.0).wanting(120.0));
    }
    figures
}

/// How near the service comes to a ceiling: the rates of each round divided.
fn ratios(name: &str, ours: &[Turn], ceilings: &[Turn]) -> [Figure; 5] {
    PARTS.map(|(kind, part)| {
        let pairs = || ours.iter().map(part).zip(ceilings.iter().map(part));
        let cpu: Vec<f64> = pairs().map(|(our, top)| top.cpu_each() / our.cpu_each()).collect();
        let rates = pairs().map(|(our, top)| our.rate() / top.rate()).collect();
        Figure::new(format!("single / {name}: {kind}"), "of its rate", rates)
            .detail(format!("by CPU {:.2}", median(&cpu).unwrap_or(f64::NAN)))
    })
}
