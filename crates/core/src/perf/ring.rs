use std::collections::VecDeque;
use std::time::Duration;

use super::LONGEST;
use super::names::Names;
use super::shard::Shard;
use super::slot::Slot;
use super::window::Window;

/// How long a slot grows before it is closed.
const FINE: Duration = Duration::from_secs(1);
/// How long closed slots are kept each by itself.
const KEPT_FINE: Duration = Duration::from_mins(1);
/// How long those are together that share a slot afterwards.
const COARSE: Duration = Duration::from_secs(20);

/// The time that has passed, in slots, and the slot that still grows. Times are counted from the start of the recorder.
#[derive(Debug, Default)]
pub(super) struct Ring {
    /// What was gathered since [`opened`](Self::opened).
    pub(super) current: Shard,
    /// Where the present slot begins.
    opened: Duration,
    /// Closed slots, the oldest first; those in which nothing happened are left out.
    fine: VecDeque<Closed>,
    /// Several of them together, the oldest first.
    coarse: VecDeque<Closed>,
}

/// What was recorded from `begin` on and before `end`.
#[derive(Debug, Clone)]
struct Closed {
    begin: Duration,
    end: Duration,
    slot: Slot,
}

impl Ring {
    /// Closes the present slot where it is old enough; what has been gathered belongs to it.
    pub(super) fn close_when_due(&mut self, now: Duration, operations: &Names, errors: &Names) {
        if now.saturating_sub(self.opened) >= FINE {
            self.close(now, operations, errors);
        }
    }

    /// Closes the present slot.
    pub(super) fn close(&mut self, now: Duration, operations: &Names, errors: &Names) {
        let slot = Slot::take(&mut self.current, operations, errors);
        if !slot.is_empty() {
            self.fine.push_back(Closed { begin: self.opened, end: now, slot });
        }
        self.opened = now;
        while let Some(closed) = self.fine.pop_front_if(|closed| closed.end + KEPT_FINE < now) {
            self.thin_out(closed);
        }
        while self.coarse.pop_front_if(|closed| closed.end + LONGEST < now).is_some() {}
    }

    fn thin_out(&mut self, closed: Closed) {
        match self.coarse.back_mut() {
            Some(last) if closed.end - last.begin <= COARSE => {
                last.slot.add(&closed.slot);
                last.end = closed.end;
            }
            _ => self.coarse.push_back(closed),
        }
    }

    /// About the last `span` before `now`, and exactly the time that the window says: it begins where a slot does.
    pub(super) fn window(&self, now: Duration, span: Duration, operations: &Names, errors: &Names) -> Window {
        let begin = self.begin_of(now.saturating_sub(span));
        let mut window = Window::new(now.saturating_sub(begin).max(Duration::from_millis(1)));
        self.closed().filter(|closed| closed.begin >= begin).for_each(|closed| window.add(&closed.slot));
        window.add_shard(&self.current, operations, errors);
        window
    }

    /// The nearest time at which nothing has to be divided.
    fn begin_of(&self, wanted: Duration) -> Duration {
        let present = Some((self.opened, Duration::MAX)).filter(|(begin, _)| *begin < wanted);
        let divided = self.closed().find(|closed| closed.begin < wanted && wanted < closed.end);
        let divided = divided.map(|closed| (closed.begin, closed.end)).or(present);
        divided.map_or(wanted, |(begin, end)| if wanted - begin <= end - wanted { begin } else { end })
    }

    /// What was recorded from `from` on, in the slots that were closed since.
    pub(super) fn since(&self, from: Duration) -> Slot {
        let mut all = Slot::default();
        self.closed().filter(|closed| closed.begin >= from).for_each(|closed| all.add(&closed.slot));
        all
    }

    fn closed(&self) -> impl Iterator<Item = &Closed> {
        self.coarse.iter().chain(&self.fine)
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.fine.len() + self.coarse.len()
    }
}
