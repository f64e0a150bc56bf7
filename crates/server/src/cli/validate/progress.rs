//! What is said while it runs: on standard error, so that the result can be piped.

use std::io::{self, IsTerminal as _, Write as _};

use super::table::line;
use crate::perf::validate::Event;

/// Says what happens. On a terminal a test that runs is a line that its result replaces.
pub(super) fn tell(event: &Event<'_>) {
    let mut out = io::stderr().lock();
    let terminal = out.is_terminal();
    // Nobody may be reading: that is no reason to stop.
    let _ = match event {
        Event::Begins(test) if terminal => write!(out, "{test} …"),
        Event::Begins(_) => Ok(()),
        Event::Ended(outcome) if terminal => writeln!(out, "\r\x1b[K{}", line(outcome)),
        Event::Ended(outcome) => writeln!(out, "{}", line(outcome)),
    };
    let _ = out.flush();
}
