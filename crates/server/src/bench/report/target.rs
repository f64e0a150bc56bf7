use serde::{Deserialize, Serialize};

/// What a figure has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Target {
    bound: Bound,
    must: f64,
    want: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bound {
    AtMost,
    AtLeast,
}

/// How a figure stands to its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Verdict {
    #[serde(rename = "reached, as wanted")]
    Wanted,
    #[serde(rename = "reached")]
    Reached,
    #[serde(rename = "missed")]
    Missed,
}

impl Target {
    pub(crate) const fn at_most(must: f64) -> Self {
        Self { bound: Bound::AtMost, must, want: None }
    }

    pub(crate) const fn at_least(must: f64) -> Self {
        Self { bound: Bound::AtLeast, must, want: None }
    }

    /// Beyond what must be: what we want.
    pub(crate) const fn wanting(self, want: f64) -> Self {
        Self { want: Some(want), ..self }
    }

    /// Nothing measured reaches nothing.
    pub(crate) fn verdict(&self, value: Option<f64>) -> Verdict {
        let holds = |limit: f64| value.is_some_and(|value| self.holds(value, limit));
        match self.want {
            Some(want) if holds(want) => Verdict::Wanted,
            _ if holds(self.must) => Verdict::Reached,
            _ => Verdict::Missed,
        }
    }

    /// As it stands in a table.
    pub(crate) fn text(&self) -> String {
        let sign = if self.bound == Bound::AtMost { "≤" } else { "≥" };
        let want = self.want.map(|want| format!(", want {want}")).unwrap_or_default();
        format!("{sign} {}{want}", self.must)
    }

    fn holds(&self, value: f64, limit: f64) -> bool {
        match self.bound {
            Bound::AtMost => value <= limit,
            Bound::AtLeast => value >= limit,
        }
    }
}

impl Verdict {
    /// As it stands in a table.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Wanted => "reached, as wanted",
            Self::Reached => "reached",
            Self::Missed => "missed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_tells_what_must_be_from_what_is_wanted() {
        let target = Target::at_most(160.0).wanting(120.0);
        assert_eq!(
            [200.0, 150.0, 120.0].map(|value| target.verdict(Some(value))),
            [Verdict::Missed, Verdict::Reached, Verdict::Wanted]
        );
        assert_eq!(Target::at_least(0.65).verdict(Some(0.5)), Verdict::Missed);
    }

    #[test]
    fn nothing_measured_reaches_nothing() {
        assert_eq!(Target::at_most(1.0).verdict(None), Verdict::Missed);
    }
}
