//! Whether a queue keeps its tasks back.

use super::rules::Rules;

/// What is said of a queue, as far as it may keep ready tasks from agents that wait.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    rules: Rules,
    /// Whether a claimer was turned away for want of a slot, and nothing has ended since.
    turned: bool,
    /// When the bucket of its rate is full again, in milliseconds.
    full_at: f64,
}

impl Limits {
    /// Notes a field of the queue's record.
    pub(crate) fn note(&mut self, field: &str, text: &[u8]) {
        match field {
            "rules" => self.rules = serde_json::from_slice(text).unwrap_or_default(),
            "turned" => self.turned = true,
            "tat" => {
                self.full_at = str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0);
            }
            _ => {}
        }
    }

    /// Whether tasks may be ready at `now` (milliseconds) and wait all the same, as the queue's limits want it.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch are far below 2^53")]
    pub(crate) fn hold_back(&self, now: i64) -> bool {
        self.rules.paused.is_some()
            || self.turned
            || self.rules.has_slots_by_key()
            || self.full_at > now as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &[(&str, &str)]) -> Limits {
        let mut limits = Limits::default();
        for (field, text) in fields {
            limits.note(field, text.as_bytes());
        }
        limits
    }

    #[test]
    fn a_queue_keeps_tasks_back_while_it_is_paused_full_or_faster_than_its_rate() {
        assert!(!of(&[]).hold_back(5));
        assert!(!of(&[("rules", r#"{"c":1}"#), ("tat", "4.500")]).hold_back(5));
        for fields in [
            [("rules", r#"{"x":1}"#), ("fair", "1")],
            [("rules", r#"{"c":1}"#), ("turned", "1")],
            [("rules", r#"{"r":[1,2]}"#), ("tat", "5.001")],
            [("rules", r#"{"k":1}"#), ("fair", "1")],
        ] {
            assert!(of(&fields).hold_back(5), "{fields:?}");
        }
    }
}
