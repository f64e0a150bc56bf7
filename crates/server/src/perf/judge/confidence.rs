//! Confidence: how sure one may be that the targets hold, 0 to 100.

use super::target::{Bound, Judged};
use crate::perf::report::{Confidence, ConfidenceParts, Target, Verdict};

/// A part of the confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// How long things take.
    Latency,
    /// Whether they succeed.
    Reliability,
    /// How many of them there can be.
    Throughput,
    /// What they cost.
    Efficiency,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Latency, Self::Reliability, Self::Throughput, Self::Efficiency];

    /// What it weighs, in percent of the whole.
    pub const fn percent(self) -> u32 {
        match self {
            Self::Latency => 35,
            Self::Reliability | Self::Throughput => 25,
            Self::Efficiency => 15,
        }
    }
}

/// The confidence that follows from targets, `target` being good enough.
///
/// Each part is the mean of its targets' scores. One without evidence counts as 0, a part without a target too: whoever
/// measures less is never surer. As soon as one is insufficient, so is the whole.
pub fn confidence(judged: &[Judged], target: f64) -> Confidence {
    let of = |part| part_score(judged, part).unwrap_or(0.0);
    let whole: f64 = Part::ALL.into_iter().map(|part| f64::from(part.percent()) * of(part)).sum();
    let score = rounded(whole / 100.0);
    let parts = ConfidenceParts {
        latency: rounded(of(Part::Latency)),
        reliability: rounded(of(Part::Reliability)),
        throughput: rounded(of(Part::Throughput)),
        efficiency: rounded(of(Part::Efficiency)),
    };
    Confidence { score, target, verdict: verdict(judged, score >= target), parts }
}

fn verdict(judged: &[Judged], enough: bool) -> Verdict {
    let lacks_one = Part::ALL.into_iter().any(|part| part_score(judged, part).is_none());
    let untold = judged.iter().any(|judged| judged.target.verdict == Verdict::Insufficient);
    match enough {
        _ if lacks_one || untold => Verdict::Insufficient,
        true => Verdict::Pass,
        false => Verdict::Fail,
    }
}

/// The mean of a part's scores; none where it has no target.
fn part_score(judged: &[Judged], part: Part) -> Option<f64> {
    let scores = judged.iter().filter(|judged| judged.part == part).map(Judged::score);
    let (count, sum) = scores.fold((0_u32, 0.0), |(count, sum), score| (count + 1, sum + score));
    (count > 0).then(|| sum / f64::from(count))
}

impl Judged {
    /// 100 where the target holds, falling to 0 at twice the limit, or half of it for a floor; by the worse end of the
    /// interval. 0 without evidence.
    pub fn score(&self) -> f64 {
        if self.target.verdict == Verdict::Insufficient {
            return 0.0;
        }
        self.worse_share().map_or(0.0, |share| (100.0 * share).clamp(0.0, 100.0))
    }

    /// 1 at the limit, 0 where nothing is left of it.
    fn worse_share(&self) -> Option<f64> {
        let Target { target: limit, low, high, .. } = self.target;
        match self.bound {
            Bound::AtMost => high.map(|high| 2.0 - high / limit),
            Bound::AtLeast => low.map(|low| 2.0 * low / limit - 1.0),
        }
    }
}

/// With two decimals.
fn rounded(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TargetsConfig;
    use crate::perf::judge::{Measured, targets};

    fn judged(part: Part, bound: Bound, limit: f64, worse: f64) -> Judged {
        let holds = if bound == Bound::AtMost { worse <= limit } else { worse >= limit };
        let target = Target {
            name: String::from("x"),
            target: limit,
            observed: Some(worse),
            low: Some(worse),
            high: Some(worse),
            n: 1_000,
            verdict: if holds { Verdict::Pass } else { Verdict::Fail },
        };
        Judged { target, part, bound }
    }

    fn scored(part: Part, score: f64) -> Judged {
        judged(part, Bound::AtMost, 100.0, 200.0 - score)
    }

    fn untold(part: Part) -> Judged {
        let mut judged = scored(part, 100.0);
        judged.target.verdict = Verdict::Insufficient;
        judged
    }

    fn all(score: f64) -> Vec<Judged> {
        Part::ALL.into_iter().map(|part| scored(part, score)).collect()
    }

    #[test]
    fn with_nothing_measured_it_is_0_and_insufficient() {
        let nothing = targets(&Measured::default(), &TargetsConfig::default());
        for judged in [nothing, Vec::new()] {
            let confidence = confidence(&judged, 93.0);
            assert_eq!((confidence.score, confidence.verdict), (0.0, Verdict::Insufficient));
            assert_eq!(confidence.parts, ConfidenceParts::default());
        }
    }

    #[test]
    fn with_everything_held_it_is_100_and_never_more() {
        let mut better = all(100.0);
        better.push(scored(Part::Latency, 199.0));
        better.push(judged(Part::Throughput, Bound::AtLeast, 500.0, 1e9));
        let confidence = confidence(&better, 93.0);
        assert_eq!((confidence.score, confidence.verdict), (100.0, Verdict::Pass));
    }

    #[test]
    fn a_score_falls_to_0_at_twice_a_ceiling_and_at_half_a_floor() {
        for (worse, score) in [(0.0, 100.0), (100.0, 100.0), (125.0, 75.0), (200.0, 0.0), (9_000.0, 0.0)] {
            assert_eq!(judged(Part::Latency, Bound::AtMost, 100.0, worse).score(), score, "{worse}");
        }
        for (worse, score) in [(1e9, 100.0), (500.0, 100.0), (375.0, 50.0), (250.0, 0.0), (-5.0, 0.0)] {
            assert_eq!(judged(Part::Throughput, Bound::AtLeast, 500.0, worse).score(), score, "{worse}");
        }
    }

    #[test]
    fn the_score_is_that_of_the_worse_end() {
        let mut ceiling = scored(Part::Latency, 100.0);
        (ceiling.target.low, ceiling.target.observed, ceiling.target.high) =
            (Some(10.0), Some(20.0), Some(150.0));
        ceiling.target.verdict = Verdict::Fail;
        assert_eq!(ceiling.score(), 50.0);
        let floor = Judged { bound: Bound::AtLeast, ..ceiling };
        assert_eq!(floor.score(), 0.0);
    }

    #[test]
    fn parts_weigh_35_25_25_and_15() {
        for (part, weight) in Part::ALL.into_iter().zip([35.0, 25.0, 25.0, 15.0]) {
            let one: Vec<_> =
                Part::ALL.into_iter().map(|p| scored(p, if p == part { 100.0 } else { 0.0 })).collect();
            assert_eq!(confidence(&one, 93.0).score, weight, "{part:?}");
        }
    }

    #[test]
    fn a_part_is_the_mean_of_its_targets() {
        let mut some = all(100.0);
        some.extend([scored(Part::Latency, 0.0), scored(Part::Latency, 50.0)]);
        let confidence = confidence(&some, 93.0);
        assert_eq!((confidence.parts.latency, confidence.score), (50.0, 82.5));
        assert_eq!(confidence.verdict, Verdict::Fail);
    }

    #[test]
    fn a_target_without_evidence_counts_as_0_and_makes_the_whole_insufficient() {
        let mut some = all(100.0);
        some.push(untold(Part::Efficiency));
        let confidence = confidence(&some, 50.0);
        assert_eq!((confidence.parts.efficiency, confidence.score), (50.0, 92.5));
        assert_eq!(confidence.verdict, Verdict::Insufficient);
    }

    #[test]
    fn a_part_that_nobody_measured_makes_the_whole_insufficient() {
        let mut some = all(100.0);
        some.retain(|judged| judged.part != Part::Efficiency);
        let confidence = confidence(&some, 50.0);
        assert_eq!((confidence.score, confidence.verdict), (85.0, Verdict::Insufficient));
    }
}
