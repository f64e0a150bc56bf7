use serde_json::json;

use super::Source;
use super::source::write_event;
use crate::perf::{Heard, Listener, Update};

/// What the refreshes find, as server-sent events.
pub(crate) struct Updating(Listener);

impl Updating {
    /// What `listener` hears.
    pub(crate) const fn new(listener: Listener) -> Self {
        Self(listener)
    }
}

impl Source for Updating {
    async fn next(&mut self) -> Option<String> {
        let mut text = String::new();
        match self.0.next().await? {
            Heard::Update(Update::Sample(sample)) => write_event(&mut text, "", "sample", &sample),
            Heard::Update(Update::Alert(alert)) => write_event(&mut text, "", "alert", &alert),
            Heard::Missed(missed) => write_event(&mut text, "", "gone", &gone(missed)),
        }
        Some(text)
    }
}

fn gone(missed: u64) -> serde_json::Value {
    let detail = "updates were dropped before they were read: read the history and the alerts anew";
    json!({ "kind": "gone", "missed": missed, "detail": detail })
}
