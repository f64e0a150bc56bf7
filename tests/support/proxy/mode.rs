//! What a proxy does with what passes through it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;

/// How a proxy behaves, on all its connections at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Passes everything on.
    Pass,
    /// Passes everything on, each piece so much later.
    Delay(Duration),
    /// Passes everything on, replies so much later, as a longer way would: pieces do not wait for each other. On
    /// connections that are made from then on.
    Late(Duration),
    /// Passes nothing on, and says nothing. What was held back goes on in another mode, as packets do that are
    /// sent again when a network comes back.
    Blackhole,
    /// Passes so many more bytes of requests on, then resets the connection in the middle of one.
    ResetAfter(usize),
    /// Passes requests on, and closes the connection instead of passing a reply back: applied, and nobody knows.
    LoseReply,
    /// Passes everything on, calls of this function after the first so many under a name that Redis does not know: it answers
    /// all others, and certainly does not apply these.
    Misname(&'static str, usize),
}

/// The mode, and what the connections count.
#[derive(Debug)]
pub(super) struct Control {
    pub(super) mode: watch::Sender<Mode>,
    /// Raised to end all connections.
    pub(super) cuts: watch::Sender<u64>,
    budget: AtomicUsize,
    lost: AtomicUsize,
}

impl Control {
    pub(super) fn new() -> Self {
        Self {
            mode: watch::Sender::new(Mode::Pass),
            cuts: watch::Sender::new(0),
            budget: AtomicUsize::new(0),
            lost: AtomicUsize::new(0),
        }
    }

    pub(super) fn set(&self, mode: Mode) {
        if let Mode::ResetAfter(budget) | Mode::Misname(_, budget) = mode {
            self.budget.store(budget, Ordering::SeqCst);
        }
        self.mode.send_replace(mode);
    }

    /// How many of `wanted` bytes, or calls, may still pass.
    pub(super) fn take(&self, wanted: usize) -> usize {
        let taken = |left: usize| Some(left - left.min(wanted));
        let before = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, taken);
        before.unwrap_or(0).min(wanted)
    }

    pub(super) fn lose(&self) {
        self.lost.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn lost(&self) -> usize {
        self.lost.load(Ordering::SeqCst)
    }
}
