use serde::{Deserialize, Serialize};

use super::statistics::{median, range};
use super::target::{Target, Verdict};
use crate::bench::load::drive::Cost;

/// One measured number beside what it has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    /// The benchmark that it is a figure of.
    #[serde(default)]
    pub(crate) bench: String,
    pub(crate) name: String,
    unit: String,
    /// The middle of the samples; nothing where there are none.
    value: Option<f64>,
    samples: Vec<f64>,
    /// Operations a second, one for each sample of a cost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rates: Vec<f64>,
    target: Option<Target>,
    verdict: Option<Verdict>,
    detail: String,
}

impl Figure {
    /// A figure whose value is the median of its samples.
    pub(crate) fn new(name: impl Into<String>, unit: impl Into<String>, samples: Vec<f64>) -> Self {
        Self {
            bench: String::new(),
            name: name.into(),
            unit: unit.into(),
            value: median(&samples),
            samples,
            rates: Vec::new(),
            target: None,
            verdict: None,
            detail: String::new(),
        }
    }

    /// The CPU time that an operation costs, one sample a turn, with its parts as the detail.
    pub(crate) fn cpu(name: impl Into<String>, costs: &[Cost]) -> Self {
        let all = |part: fn(&Cost) -> f64| costs.iter().map(part).collect::<Vec<_>>();
        let middle = |part| median(&all(part)).unwrap_or(f64::NAN);
        let detail = format!(
            "service {:.1} + Redis {:.1}; forks {:.1}; load {:.1}; {:.0}/s",
            middle(Cost::service_each),
            middle(Cost::redis_each),
            middle(Cost::forked_each),
            middle(Cost::load_each),
            middle(Cost::rate),
        );
        Self { rates: all(Cost::rate), ..Self::new(name, "µs CPU", all(Cost::cpu_each)).detail(detail) }
    }

    pub(crate) fn target(self, target: Target) -> Self {
        Self { target: Some(target), verdict: Some(target.verdict(self.value)), ..self }
    }

    pub(crate) fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    pub(crate) fn of(self, bench: &str) -> Self {
        Self { bench: bench.to_owned(), ..self }
    }

    /// The parts of a cost, or whatever else stands in the last column.
    pub(crate) fn parts(&self) -> &str {
        &self.detail
    }

    pub(crate) const fn value(&self) -> Option<f64> {
        self.value
    }

    /// The middle of the operations a second; nothing for what is no cost.
    pub(crate) fn rate(&self) -> Option<f64> {
        median(&self.rates)
    }

    pub(crate) const fn has_target(&self) -> bool {
        self.target.is_some()
    }

    /// Whether there is a target and the figure lies beyond it.
    pub(crate) fn is_missed(&self) -> bool {
        self.verdict == Some(Verdict::Missed)
    }

    /// The cells of the figure's row: name, value, range, target, verdict, detail.
    pub(crate) fn cells(&self) -> [String; 6] {
        let spread = if self.samples.len() > 1 { range(&self.samples) } else { None };
        [
            self.name.clone(),
            self.value.map(|value| format!("{} {}", short(value), self.unit)).unwrap_or_default(),
            spread.map(|(low, high)| format!("{} to {}", short(low), short(high))).unwrap_or_default(),
            self.target.map(|target| target.text()).unwrap_or_default(),
            self.verdict.map(|verdict| verdict.text().to_owned()).unwrap_or_default(),
            self.detail.clone(),
        ]
    }
}

/// Three significant digits or so.
fn short(value: f64) -> String {
    match value.abs() {
        magnitude if magnitude >= 100.0 => format!("{value:.0}"),
        magnitude if magnitude >= 10.0 => format!("{value:.1}"),
        magnitude if magnitude >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_without_samples_misses_its_target_and_has_no_value() {
        let empty = Figure::new("empty", "ms", Vec::new()).target(Target::at_most(1.0));
        assert!(empty.is_missed());
        assert_eq!(empty.cells()[1], "");
    }
}
