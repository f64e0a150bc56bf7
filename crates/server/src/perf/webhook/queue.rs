use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::message::Message;

/// Alerts that may wait to be sent. There are eight alerts, so this many have piled up when a receiver was away for long;
/// the newest are worth more then.
pub const WAITING: usize = 100;

/// A message that is given up.
#[derive(Debug)]
pub(super) struct Dropped {
    pub(super) message: Message,
    pub(super) reason: &'static str,
}

/// What waits to be sent, in its order.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Message>,
    closed: bool,
}

impl Queue {
    /// Adds a message. Returns the one that had to go for it: the oldest, or itself where the queue is closed.
    pub(super) fn push(&self, message: Message) -> Option<Dropped> {
        let mut state = self.state();
        if state.closed {
            return Some(Dropped { message, reason: "nothing more is sent" });
        }
        let dropped = if state.waiting.len() == WAITING { state.waiting.pop_front() } else { None };
        state.waiting.push_back(message);
        self.changed.notify_one();
        dropped.map(|message| Dropped { message, reason: "too many alerts wait to be sent" })
    }

    /// The oldest message, as soon as there is one; none when the queue is closed and empty.
    pub(super) async fn next(&self) -> Option<Message> {
        loop {
            {
                let mut state = self.state();
                if let Some(message) = state.waiting.pop_front() {
                    return Some(message);
                }
                if state.closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }

    /// Takes nothing more; what waits is still handed out.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.changed.notify_one();
    }

    /// Takes nothing more, and returns what waits.
    pub(super) fn clear(&self) -> VecDeque<Message> {
        let mut state = self.state();
        state.closed = true;
        std::mem::take(&mut state.waiting)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn message(id: usize) -> Message {
        Message { id: id.to_string(), alert: String::new(), body: Bytes::new() }
    }

    #[tokio::test]
    async fn beyond_its_bound_the_oldest_has_to_go() {
        let queue = Queue::default();
        for id in 0..WAITING {
            assert!(queue.push(message(id)).is_none());
        }
        assert_eq!(queue.push(message(WAITING)).unwrap().message.id, "0");
        assert_eq!(queue.state().waiting.len(), WAITING);
        assert_eq!(queue.next().await.unwrap().id, "1");
    }

    #[tokio::test]
    async fn a_closed_queue_takes_nothing_and_hands_out_what_waits() {
        let queue = Queue::default();
        queue.push(message(1));
        queue.close();
        assert_eq!(queue.push(message(2)).unwrap().message.id, "2");
        assert_eq!(queue.next().await.unwrap().id, "1");
        assert!(queue.next().await.is_none());
    }
}
