use super::args::Bench;
use super::load::scale::Scale;
use super::report::figure::Figure;
use super::report::progress;
use super::system::service::Programs;

/// A benchmark of two builds, or of one with tokens and without, in turn, A B A B, each turn on services of its own: how many times what the
/// other build's figures are this one's are, turn by turn. What comes of the ceiling, which is served by the
/// same program for both, says how far the ratios are to be trusted.
///
/// # Errors
/// Whatever breaks.
pub(crate) async fn run(
    bench: Bench,
    programs: &Programs,
    other: &Programs,
    scale: &Scale,
) -> anyhow::Result<Vec<Figure>> {
    let turn = scale.turn();
    let mut turns = Vec::new();
    for round in 1..=scale.rounds {
        progress::say(&format!("{}: turn {round} of {}", bench.name(), scale.rounds));
        let ours = bench.measure(programs, &turn).await?;
        turns.push((ours, bench.measure(other, &turn).await?));
    }
    Ok(ratios(&turns))
}

/// For each figure that both have the ratio of its values, and where it is a cost, of its rates.
fn ratios(turns: &[(Vec<Figure>, Vec<Figure>)]) -> Vec<Figure> {
    let Some((first, _)) = turns.first() else { return Vec::new() };
    let ratio = |name: &str, value: fn(&Figure) -> Option<f64>| -> Vec<f64> {
        let of = |figures: &[Figure]| figures.iter().find(|figure| figure.name == name).and_then(value);
        turns.iter().filter_map(|(ours, other)| Some(of(ours)? / of(other)?)).collect()
    };
    let mut figures = Vec::new();
    for Figure { name, .. } in first {
        let (values, rates) = (ratio(name, Figure::value), ratio(name, Figure::rate));
        let throughput =
            (!rates.is_empty()).then(|| Figure::new(format!("{name}: throughput"), TIMES, rates));
        figures.push(Figure::new(name, TIMES, values));
        figures.extend(throughput);
    }
    figures
}

const TIMES: &str = "times the other's";

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(value: f64) -> Vec<Figure> {
        vec![Figure::new("cost", "ms", vec![value])]
    }

    #[test]
    fn figures_are_divided_turn_by_turn() {
        let turns =
            [(figures(2.0), figures(1.0)), (figures(3.0), figures(1.0)), (figures(9.0), figures(3.0))];
        let ratios = ratios(&turns);
        assert_eq!(ratios[0].value(), Some(3.0));
        assert_eq!(ratios[0].cells()[2], "2.00 to 3.00");
    }

    #[test]
    fn a_figure_that_the_other_does_not_have_has_no_ratio() {
        assert_eq!(ratios(&[(figures(1.0), Vec::new())])[0].value(), None);
    }
}
