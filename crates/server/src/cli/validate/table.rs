//! The result for people.

use std::fmt::Write as _;

use crate::perf::report::{Target, Verdict, clean};
use crate::perf::validate::{CONFIDENCE, Ended, TestOutcome};

/// A test on one line.
pub(super) fn line(outcome: &TestOutcome) -> String {
    let seconds = outcome.took_ms as f64 / 1_000.0;
    format!("{:<12} {:<24} {seconds:>6.1} s", word(outcome.verdict), outcome.name.as_str())
}

/// Each target with what was observed, then findings, then the confidence. Some of it is what a service has answered,
/// whatever that is.
pub(super) fn table(ended: &Ended) -> String {
    let mut text = format!(
        "{:<24} {:<20} {:>10} {:>19} {:>9} {:>7}  {}\n",
        "test", "target", "observed", "95 % interval", "limit", "n", "verdict"
    );
    for outcome in &ended.tests {
        for target in &outcome.targets {
            text.push_str(&row(outcome.name.as_str(), target));
        }
        for finding in &outcome.findings {
            // A String takes whatever is written.
            let _ = writeln!(text, "{:<24} {}", outcome.name.as_str(), clean(finding));
        }
    }
    let _ = match ended.confidence {
        Some(score) => writeln!(text, "confidence {score:.1} of 100, at least {CONFIDENCE:.0} wanted"),
        None => writeln!(text, "no confidence: it takes all seven tests"),
    };
    text
}

fn row(test: &str, target: &Target) -> String {
    let interval = match (target.low, target.high) {
        (Some(low), Some(high)) => format!("{}–{}", figure(low), figure(high)),
        _ => "–".to_owned(),
    };
    let observed = target.observed.map_or_else(|| "–".to_owned(), figure);
    let (limit, n, verdict) = (figure(target.target), target.n, word(target.verdict));
    format!(
        "{test:<24} {:<20} {observed:>10} {interval:>19} {limit:>9} {n:>7}  {verdict}\n",
        clean(&target.name)
    )
}

/// Three digits that count.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "FAILED",
        Verdict::Insufficient => "insufficient",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perf::validate::Test;

    #[test]
    fn what_a_service_answers_does_nothing_to_the_terminal() {
        let outcome = TestOutcome {
            name: Test::Stress,
            verdict: Verdict::Fail,
            observed: None,
            target: 0.0,
            n: 0,
            targets: Vec::new(),
            findings: vec!["it was answered with 500: \x1b[2J\u{202e}".to_owned()],
            took_ms: 0,
        };
        let text = table(&Ended { tests: vec![outcome], confidence: None });
        assert!(text.contains("answered with 500"), "{text}");
        assert!(!text.contains(['\x1b', '\u{202e}']), "{text:?}");
    }

    #[test]
    fn figures_show_three_digits_that_count() {
        for (value, text) in
            [(0.0, "0"), (0.482_31, "0.482"), (1.0, "1.00"), (41.27, "41.3"), (2_913.4, "2913")]
        {
            assert_eq!(figure(value), text);
        }
    }
}
