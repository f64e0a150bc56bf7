use std::collections::VecDeque;
use std::time::Duration;

use super::LONGEST_SECONDS;
use super::names::Names;
use super::shard::Shard;
use super::slot::Slot;
use super::window::Window;

/// Seconds that are kept each by itself.
const FINE: u64 = 60;
/// Seconds that share a slot afterwards.
const COARSE: u64 = 15;

/// The seconds that have passed, and the one that has not.
#[derive(Debug, Default)]
pub(super) struct Ring {
    /// What was gathered in the present second.
    pub(super) current: Shard,
    /// The present second, counted from the start.
    second: u64,
    /// Full seconds, the oldest first; those in which nothing happened are left out.
    fine: VecDeque<(u64, Slot)>,
    /// Stretches of [`COARSE`] seconds by their first one, the oldest first.
    coarse: VecDeque<(u64, Slot)>,
}

impl Ring {
    /// Closes the present second when it has passed.
    pub(super) fn advance(&mut self, second: u64, operations: &Names, errors: &Names) {
        if second <= self.second {
            return;
        }
        let slot = Slot::take(&mut self.current, operations, errors);
        if !slot.is_empty() {
            self.fine.push_back((self.second, slot));
        }
        self.second = second;
        while let Some((at, slot)) = self.fine.pop_front_if(|(at, _)| *at + FINE < second) {
            self.thin_out(at - at % COARSE, &slot);
        }
        while self.coarse.pop_front_if(|(at, _)| *at + LONGEST_SECONDS < second).is_some() {}
    }

    fn thin_out(&mut self, at: u64, slot: &Slot) {
        match self.coarse.back_mut() {
            Some((last, coarse)) if *last == at => coarse.add(slot),
            _ => self.coarse.push_back((at, slot.clone())),
        }
    }

    /// The last `seconds` and what there is of the present one, together `span`.
    pub(super) fn window(&self, seconds: u64, span: Duration, operations: &Names, errors: &Names) -> Window {
        let mut window = Window::new(span);
        let from = self.second.saturating_sub(seconds);
        let slots = self.coarse.iter().chain(&self.fine);
        slots.filter(|(at, _)| *at >= from).for_each(|(_, slot)| window.add(slot));
        window.add_shard(&self.current, operations, errors);
        window
    }

    /// The full seconds from `from` on, as one, and the second with which to go on.
    pub(super) fn since(&self, from: u64) -> (Slot, u64) {
        let mut all = Slot::default();
        self.fine.iter().filter(|(at, _)| *at >= from).for_each(|(_, slot)| all.add(slot));
        (all, self.second)
    }

    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.fine.len() + self.coarse.len()
    }
}
