use std::sync::Arc;

use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Update;

/// Updates that a listener may be behind; one that is further behind misses the oldest and is told so.
const BEHIND: usize = 64;
/// Who may listen at the same time.
pub const LISTENERS: usize = 100;

/// Tells updates to whoever listens. Nobody is waited for.
#[derive(Debug)]
pub struct Updates {
    sender: broadcast::Sender<Update>,
    places: Arc<Semaphore>,
    stopped: CancellationToken,
}

/// Somebody who listens.
#[derive(Debug)]
pub struct Listener {
    updates: broadcast::Receiver<Update>,
    stopped: CancellationToken,
    _place: OwnedSemaphorePermit,
}

/// What a listener hears.
#[derive(Debug)]
pub enum Heard {
    /// The next update.
    Update(Update),
    /// That it was too far behind, and how many updates it has missed.
    Missed(u64),
}

impl Updates {
    /// Tells an update.
    pub fn tell(&self, update: Update) {
        // Nobody may be listening.
        let _ = self.sender.send(update);
    }

    /// Listens from now on; `None` where [`LISTENERS`] do already.
    pub fn listen(&self) -> Option<Listener> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Listener { updates: self.sender.subscribe(), stopped: self.stopped.clone(), _place: place })
    }

    /// Ends what everybody hears.
    pub fn stop(&self) {
        self.stopped.cancel();
    }
}

impl Default for Updates {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND),
            places: Arc::new(Semaphore::new(LISTENERS)),
            stopped: CancellationToken::new(),
        }
    }
}

impl Listener {
    /// The next thing to hear; none when the service stops. Loses nothing where it is not waited for to its end.
    pub async fn next(&mut self) -> Option<Heard> {
        let heard = self.stopped.run_until_cancelled(self.updates.recv()).await?;
        match heard {
            Ok(update) => Some(Heard::Update(update)),
            Err(RecvError::Lagged(missed)) => Some(Heard::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perf::history::Sample;

    fn update(span_ms: u64) -> Update {
        Update::Sample(Arc::new(Sample { span_ms, ..Sample::default() }))
    }

    async fn span(listener: &mut Listener) -> u64 {
        match listener.next().await {
            Some(Heard::Update(Update::Sample(sample))) => sample.span_ms,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn each_listener_hears_what_is_told_from_then_on() {
        let updates = Updates::default();
        updates.tell(update(1));
        let mut listeners = [updates.listen().unwrap(), updates.listen().unwrap()];
        updates.tell(update(2));
        updates.tell(update(3));
        for listener in &mut listeners {
            assert_eq!([span(listener).await, span(listener).await], [2, 3]);
        }
    }

    #[tokio::test]
    async fn a_listener_that_is_too_far_behind_is_told_what_it_missed_and_goes_on() {
        let updates = Updates::default();
        let mut slow = updates.listen().unwrap();
        for n in 0..1_000 {
            updates.tell(update(n));
        }
        let Some(Heard::Missed(missed)) = slow.next().await else { panic!("it has missed updates") };
        assert_eq!(span(&mut slow).await, missed);
        assert_eq!(missed, 1_000 - 64, "what is kept for it is bounded");
    }

    #[tokio::test]
    async fn there_are_no_more_listeners_than_the_limit_and_who_leaves_makes_room() {
        let updates = Updates::default();
        let mut listeners: Vec<_> = (0..LISTENERS).map(|_| updates.listen().unwrap()).collect();
        assert!(updates.listen().is_none());
        listeners.pop();
        assert!(updates.listen().is_some());
    }

    #[tokio::test]
    async fn nobody_hears_anything_more_when_the_service_stops() {
        let updates = Updates::default();
        let mut listener = updates.listen().unwrap();
        updates.stop();
        assert!(listener.next().await.is_none());
    }
}
