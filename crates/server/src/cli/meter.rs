//! Tells people how far a transfer has come.

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

/// Between two looks of a person.
const EVERY: Duration = Duration::from_millis(250);
const MIB: f64 = 1_048_576.0;

/// Bytes on their way; says nothing where standard error is no terminal.
pub(in crate::cli) struct Meter {
    done: &'static str,
    bytes: u64,
    next: Option<Instant>,
}

impl Meter {
    pub(in crate::cli) fn new(done: &'static str) -> Self {
        Self { done, bytes: 0, next: io::stderr().is_terminal().then(Instant::now) }
    }

    pub(in crate::cli) fn add(&mut self, bytes: u64) {
        self.bytes += bytes;
        if self.next.is_some_and(|next| next <= Instant::now()) {
            self.next = Some(Instant::now() + EVERY);
            self.say("\r");
        }
    }

    pub(in crate::cli) fn finish(&self) {
        if self.next.is_some() {
            self.say("\r");
            eprintln!();
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a number for people")]
    fn say(&self, before: &str) {
        eprint!("{before}{} {:.1} MiB", self.done, self.bytes as f64 / MIB);
    }
}
