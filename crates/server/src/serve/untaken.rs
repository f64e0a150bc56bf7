//! What was handed out of HTTP/2 answers and waits until its client takes it.
//!
//! hyper reads a piece of an answer before the client has room for it, and h2 keeps what there is no room for, of answers
//! too whose body is gone. So it is the pieces that tell how long they wait: from when they were handed out, or
//! enough of them was sent, until they are dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use bytes::Buf;
use tokio::time::Instant;

use crate::clients::Charge;

/// Who takes less of an answer in the time that it may wait takes nothing, but for the last of it: else an answer of some
/// mebibytes could be kept for ever by asking for a byte of it now and then.
const LEAST: usize = 64 * 1_024;

/// The answers of a connection of which something waits.
#[derive(Debug, Default)]
pub(super) struct Untaken(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    /// Answers so far.
    answers: u64,
    waiting: HashMap<u64, Pieces>,
}

/// The pieces of an answer that wait.
#[derive(Debug)]
struct Pieces {
    count: usize,
    since: Instant,
    /// Bytes since then.
    taken: usize,
}

impl Untaken {
    /// One more answer, of which nothing waits.
    pub(super) fn answer(self: &Arc<Self>) -> Answer {
        let mut waiting = self.lock();
        waiting.answers += 1;
        Answer { number: waiting.answers, of: Arc::clone(self), least: LEAST }
    }

    /// Since when the client has not taken enough of an answer that waits; of the one that waits longest.
    pub(super) fn since(&self) -> Option<Instant> {
        self.lock().waiting.values().map(|pieces| pieces.since).min()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One answer of a connection.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    number: u64,
    of: Arc<Untaken>,
    /// Bytes that have to be taken of it in time.
    least: usize,
}

impl Answer {
    /// Of one without an end there may be hardly anything to take: whatever is taken is enough.
    pub(super) fn endless(self, endless: bool) -> Self {
        if endless { Self { least: 1, ..self } } else { self }
    }

    fn hand_out(&self) -> Held {
        let mut waiting = self.of.lock();
        let new = || Pieces { count: 0, since: Instant::now(), taken: 0 };
        waiting.waiting.entry(self.number).or_insert_with(new).count += 1;
        Held(self.clone())
    }
}

/// Counts a piece among those that wait.
#[derive(Debug)]
struct Held(Answer);

impl Held {
    fn note_sent(&self, bytes: usize) {
        if let Some(pieces) = self.0.of.lock().waiting.get_mut(&self.0.number) {
            pieces.taken += bytes;
            if pieces.taken >= self.0.least {
                (pieces.since, pieces.taken) = (Instant::now(), 0);
            }
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut waiting = self.0.of.lock();
        if let Some(pieces) = waiting.waiting.get_mut(&self.0.number) {
            pieces.count -= 1;
            if pieces.count == 0 {
                waiting.waiting.remove(&self.0.number);
            }
        }
    }
}

/// A piece of an answer. Until it is dropped it counts as in memory.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Bytes,
    held: Option<Held>,
    _charge: Option<Charge>,
}

impl Piece {
    /// Waits from now on, where it is of an answer that is looked at.
    pub(super) fn new(bytes: Bytes, of: Option<&Answer>, charge: Option<Charge>) -> Self {
        Self { bytes, held: of.map(Answer::hand_out), _charge: charge }
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        if let Some(held) = &self.held {
            held.note_sent(count);
        }
    }

    fn copy_to_bytes(&mut self, length: usize) -> Bytes {
        if let Some(held) = &self.held {
            held.note_sent(length);
        }
        self.bytes.copy_to_bytes(length)
    }
}
