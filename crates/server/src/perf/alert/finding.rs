/// Characters a message may have: it holds names of users' queues.
const MESSAGE_CHARS: usize = 300;

/// What a rule has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What was observed.
    pub value: f64,
    /// What it may not pass.
    pub threshold: f64,
    /// What that means.
    pub message: String,
}

impl Finding {
    /// A finding; the message is shortened where it is too long.
    pub fn new(value: f64, threshold: f64, message: String) -> Self {
        Self { value, threshold, message: shortened(message) }
    }

    /// Whether the value passes the threshold.
    pub fn holds(&self) -> bool {
        self.value > self.threshold
    }
}

fn shortened(mut message: String) -> String {
    if let Some((at, _)) = message.char_indices().nth(MESSAGE_CHARS) {
        message.truncate(at);
        message.push('…');
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_when_it_passes_its_threshold_and_not_when_it_meets_it() {
        assert!(Finding::new(2.1, 2.0, String::new()).holds());
        assert!(!Finding::new(2.0, 2.0, String::new()).holds());
    }

    #[test]
    fn a_long_message_is_shortened_between_two_characters() {
        let message = Finding::new(0.0, 0.0, "ü".repeat(5_000)).message;
        assert_eq!(message.chars().count(), MESSAGE_CHARS + 1);
        assert!(message.ends_with("ü…"));
    }
}
