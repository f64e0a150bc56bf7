//! The queue as it should be.

use std::collections::BTreeMap;

use waggle_task_queue::model::Status;

/// How long a lease lasts.
pub(super) const LEASE_MS: i64 = 3_000;
/// How often a key may be passed over for one other key, beyond that one's weight: one in 16 tasks is the oldest of any
/// priority.
const PATIENCE: u32 = 1;

/// A task.
#[derive(Debug, Clone)]
pub(super) struct Task {
    pub(super) priority: u8,
    pub(super) fair: Option<u8>,
    pub(super) slot: Option<u8>,
    pub(super) weight: u32,
    pub(super) status: Status,
    /// When its lease ends.
    pub(super) expires: i64,
    /// It had a lease, and has come back to the front.
    pub(super) back: bool,
}

impl Task {
    /// The weight of key `n` is `n + 1`.
    pub(super) fn new(priority: u8, fair: Option<u8>, slot: Option<u8>) -> Self {
        let weight = fair.map_or(1, |key| u32::from(key) + 1);
        Self { priority, fair, slot, weight, status: Status::Ready, expires: 0, back: false }
    }
}

/// What is said of the queue.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rules {
    pub(super) concurrency: Option<u64>,
    pub(super) per_key: Option<u64>,
    /// Tasks, and milliseconds.
    pub(super) rate: Option<(u64, i64)>,
    pub(super) paused: bool,
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) tasks: Vec<Task>,
    pub(super) rules: Rules,
    /// Until when the rate's bucket is not full, in thousandths of a millisecond.
    full_at: i64,
    /// How often each key was passed over for another one, by priority, key and the other one.
    passed: BTreeMap<(u8, u8, u8), u32>,
}

impl Model {
    pub(super) fn standing(&self, status: Status) -> Vec<usize> {
        (0..self.tasks.len()).filter(|at| self.tasks[*at].status == status).collect()
    }

    pub(super) fn say(&mut self, rules: Rules) {
        // A new rate begins with a full bucket.
        if rules.rate != self.rules.rate {
            self.full_at = 0;
        }
        self.rules = rules;
        self.passed.clear();
    }

    /// How many tasks a claim of `most` has to get.
    pub(super) fn due(&self, most: usize) -> usize {
        if self.rules.paused {
            return 0;
        }
        let room = self.rules.concurrency.map_or(usize::MAX, |most| {
            usize::try_from(most).unwrap().saturating_sub(self.standing(Status::Running).len())
        });
        most.min(room).min(self.tokens()).min(self.claimable())
    }

    /// Ready tasks that may run beside those that do.
    fn claimable(&self) -> usize {
        let mut by_slot: BTreeMap<Option<u8>, usize> = BTreeMap::new();
        for at in self.standing(Status::Ready) {
            *by_slot.entry(self.tasks[at].slot).or_default() += 1;
        }
        by_slot.into_iter().map(|(slot, ready)| ready.min(self.free(slot))).sum()
    }

    fn free(&self, slot: Option<u8>) -> usize {
        let (Some(slot), Some(most)) = (slot, self.rules.per_key) else { return usize::MAX };
        let running = self.standing(Status::Running).into_iter();
        let running = running.filter(|at| self.tasks[*at].slot == Some(slot)).count();
        usize::try_from(most).unwrap().saturating_sub(running)
    }

    /// What a bucket holds that is full with `limit` and fills in `per` milliseconds.
    fn tokens(&self) -> usize {
        let Some((limit, per)) = self.rules.rate else { return usize::MAX };
        let room = per * 1_000 - (self.full_at - self.now * 1_000).max(0);
        usize::try_from((room * i64::try_from(limit).unwrap()).max(0) / (per * 1_000)).unwrap()
    }

    /// Notes what a claim got, in its order.
    ///
    /// # Panics
    /// When that passes a limit or leaves a key out.
    pub(super) fn claimed(&mut self, got: &[usize]) {
        for at in got {
            let task = &self.tasks[*at];
            assert_eq!(task.status, Status::Ready, "{task:?}");
            assert!(self.free(task.slot) > 0, "no slot of its key is free: {task:?}");
            self.pass_over(*at);
            self.tasks[*at].status = Status::Running;
            self.tasks[*at].expires = self.now + LEASE_MS;
        }
        if let Some((limit, per)) = self.rules.rate {
            let cost = i64::try_from(got.len()).unwrap() * per * 1_000 / i64::try_from(limit).unwrap();
            self.full_at = self.full_at.max(self.now * 1_000) + cost;
        }
    }

    /// A key that waits is passed over for another one no more often than that one's weight, and a little. What comes back
    /// stands before all turns. So does what has waited for a slot, after it had its turn: a key of which something may
    /// wait for one is not looked at.
    fn pass_over(&mut self, at: usize) {
        let Task { priority, fair: Some(key), slot, weight, back, .. } = self.tasks[at] else { return };
        self.passed.retain(|(at, left_out, _), _| (*at, *left_out) != (priority, key));
        if slot.is_some() || back {
            return;
        }
        let waits = |other: u8, model: &Self| {
            let ready = model.standing(Status::Ready).into_iter().map(|at| &model.tasks[at]);
            let mut slots = ready
                .filter(|task| task.priority == priority && task.fair == Some(other))
                .map(|task| task.slot)
                .peekable();
            slots.peek().is_some() && slots.all(|slot| slot.is_none())
        };
        for other in (0..4).filter(|other| *other != key) {
            if !waits(other, self) {
                self.passed.retain(|(at, left_out, _), _| (*at, *left_out) != (priority, other));
                continue;
            }
            let times = self.passed.entry((priority, other, key)).or_default();
            *times += 1;
            assert!(*times <= weight + PATIENCE, "key {other} waits while {key} has {times}");
        }
    }

    /// Ends a lease, or calls a task off. What comes back goes to the front, and the next one of a key whose turn was called
    /// off goes to the end: turns are counted anew.
    pub(super) fn end(&mut self, at: usize, status: Status) {
        self.tasks[at].status = status;
        self.tasks[at].back |= status == Status::Ready;
        if status != Status::Completed {
            self.passed.clear();
        }
    }

    /// Tasks whose leases have ended, ready again.
    pub(super) fn reap(&mut self) {
        for at in self.standing(Status::Running) {
            if self.tasks[at].expires <= self.now {
                self.end(at, Status::Ready);
            }
        }
    }
}
