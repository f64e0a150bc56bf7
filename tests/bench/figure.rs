use serde_json::{Value, json};

use crate::load::Cost;
use crate::statistics::{median, range};

/// One measured number beside what it has to be.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: String,
    unit: &'static str,
    samples: Vec<f64>,
    target: Option<Target>,
    detail: String,
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    bound: Bound,
    must: f64,
    want: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtMost,
    AtLeast,
}

impl Target {
    pub(crate) fn at_most(must: f64) -> Target {
        Target { bound: Bound::AtMost, must, want: None }
    }

    pub(crate) fn at_least(must: f64) -> Target {
        Target { bound: Bound::AtLeast, must, want: None }
    }

    /// Beyond what must be: what we want.
    pub(crate) fn wanting(self, want: f64) -> Target {
        Target { want: Some(want), ..self }
    }

    fn verdict(&self, value: f64) -> &'static str {
        match self.want {
            Some(want) if self.holds(value, want) => "reached, as wanted",
            _ if self.holds(value, self.must) => "reached",
            _ => "missed",
        }
    }

    fn holds(&self, value: f64, limit: f64) -> bool {
        match self.bound {
            Bound::AtMost => value <= limit,
            Bound::AtLeast => value >= limit,
        }
    }
}

impl Figure {
    /// A figure whose value is the median of its samples.
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, samples: Vec<f64>) -> Figure {
        Figure { name: name.into(), unit, samples, target: None, detail: String::new() }
    }

    /// The CPU time that an operation costs, one sample a turn, with its parts as the detail.
    pub(crate) fn cpu(name: impl Into<String>, costs: &[Cost]) -> Figure {
        let middle = |part: fn(&Cost) -> f64| median(&costs.iter().map(part).collect::<Vec<_>>());
        let detail = format!(
            "service {:.1} + Redis {:.1}; forks {:.1}; load {:.1}; {:.0}/s",
            middle(Cost::service_each),
            middle(Cost::redis_each),
            middle(Cost::forked_each),
            middle(Cost::load_each),
            middle(Cost::rate),
        );
        Figure::new(name, "µs CPU", costs.iter().map(Cost::cpu_each).collect()).detail(detail)
    }

    pub(crate) fn target(self, target: Target) -> Figure {
        Figure { target: Some(target), ..self }
    }

    pub(crate) fn detail(self, detail: impl Into<String>) -> Figure {
        Figure { detail: detail.into(), ..self }
    }

    pub(crate) fn value(&self) -> f64 {
        median(&self.samples)
    }

    pub(crate) fn has_target(&self) -> bool {
        self.target.is_some()
    }

    /// Whether there is a target and the figure lies beyond it.
    pub(crate) fn is_missed(&self) -> bool {
        self.verdict() == Some("missed")
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "name": self.name, "unit": self.unit, "value": self.value(), "samples": self.samples,
            "target": self.target.map(|target| json!({
                "bound": if target.bound == Bound::AtMost { "at_most" } else { "at_least" },
                "must": target.must, "want": target.want,
            })),
            "verdict": self.verdict(), "detail": self.detail,
        })
    }

    /// The cells of the figure's row: name, value, range, target, verdict, detail.
    pub(crate) fn cells(&self) -> [String; 6] {
        let (low, high) = range(&self.samples);
        let several = self.samples.len() > 1;
        [
            self.name.clone(),
            format!("{} {}", short(self.value()), self.unit),
            if several { format!("{} to {}", short(low), short(high)) } else { String::new() },
            self.target.map(|target| target.text()).unwrap_or_default(),
            self.verdict().unwrap_or_default().to_owned(),
            self.detail.clone(),
        ]
    }

    fn verdict(&self) -> Option<&'static str> {
        self.target.map(|target| target.verdict(self.value()))
    }
}

impl Target {
    fn text(&self) -> String {
        let sign = if self.bound == Bound::AtMost { "≤" } else { "≥" };
        let want = self.want.map(|want| format!(", want {want}")).unwrap_or_default();
        format!("{sign} {}{want}", self.must)
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
    fn a_verdict_tells_what_must_be_from_what_is_wanted() {
        let target = Target::at_most(160.0).wanting(120.0);
        assert_eq!(
            [200.0, 150.0, 120.0].map(|value| target.verdict(value)),
            ["missed", "reached", "reached, as wanted"]
        );
        assert_eq!(Target::at_least(0.65).verdict(0.5), "missed");
    }

    #[test]
    fn nothing_measured_reaches_nothing() {
        assert!(Figure::new("empty", "ms", Vec::new()).target(Target::at_most(1.0)).is_missed());
    }
}
