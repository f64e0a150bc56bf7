use std::collections::BTreeMap;
use std::sync::Arc;

use super::names::Names;
use super::shard::Shard;
use super::{Count, Series};

/// How often an operation was done, and how that went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Times it was done.
    pub count: u64,
    /// Of them, failed by a fault of the service.
    pub failed: u64,
    /// Microseconds it took in all.
    pub micros: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.failed += other.failed;
        self.micros += other.micros;
    }
}

/// What was recorded in a stretch of time, histograms as the values that occurred with how often they did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slot {
    /// Values and how often each occurred, rising; nothing for a series that was not recorded.
    pub series: BTreeMap<Series, Vec<(u32, u32)>>,
    /// What was counted.
    pub counts: BTreeMap<Count, u64>,
    /// Operations by name.
    pub operations: BTreeMap<Arc<str>, Tally>,
    /// Errors by code.
    pub errors: BTreeMap<Arc<str>, u64>,
}

impl Slot {
    /// What a shard holds; the shard is empty then.
    pub(super) fn take(shard: &mut Shard, operations: &Names, errors: &Names) -> Self {
        let mut slot = Self::default();
        for (series, histogram) in Series::ALL.into_iter().zip(&mut shard.series) {
            let Some(histogram) = histogram.as_mut().filter(|histogram| !histogram.is_empty()) else {
                continue;
            };
            let values = histogram.iter_recorded();
            let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
            let values = values.map(|step| (small(step.value_iterated_to()), step.count_at_value()));
            slot.series.insert(series, values.collect());
            histogram.reset();
        }
        for (count, value) in Count::ALL.into_iter().zip(&mut shard.counts) {
            if *value > 0 {
                slot.counts.insert(count, std::mem::take(value));
            }
        }
        for (number, tally) in (0..).zip(&mut shard.operations) {
            if tally.count > 0 {
                slot.operations.insert(operations.name(number), std::mem::take(tally));
            }
        }
        for (number, times) in (0..).zip(&mut shard.errors) {
            if *times > 0 {
                slot.errors.insert(errors.name(number), std::mem::take(times));
            }
        }
        slot
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what another stretch of time holds.
    pub fn add(&mut self, other: &Self) {
        for (series, values) in &other.series {
            let mine = self.series.entry(*series).or_default();
            *mine = merged(mine, values);
        }
        for (count, value) in &other.counts {
            *self.counts.entry(*count).or_default() += value;
        }
        for (name, tally) in &other.operations {
            self.operations.entry(Arc::clone(name)).or_default().add(*tally);
        }
        for (code, times) in &other.errors {
            *self.errors.entry(Arc::clone(code)).or_default() += times;
        }
    }
}

/// Two rising lists as one.
fn merged(a: &[(u32, u32)], b: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some((x, n)), Some((y, m))) if x == y => {
                let both = (*x, n.saturating_add(*m));
                a.next();
                b.next();
                both
            }
            (Some((x, _)), Some((y, _))) if x > y => *b.next().unwrap_or(&(0, 0)),
            (Some(_), _) => *a.next().unwrap_or(&(0, 0)),
            (None, Some(_)) => *b.next().unwrap_or(&(0, 0)),
            (None, None) => break,
        };
        all.push(next);
    }
    all.shrink_to_fit();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_merged_in_order_and_equal_values_added() {
        let a = [(1, 1), (3, 2), (9, 1)];
        let b = [(2, 5), (3, 4)];
        assert_eq!(merged(&a, &b), [(1, 1), (2, 5), (3, 6), (9, 1)]);
        assert_eq!(merged(&[], &b), b);
        assert_eq!(merged(&a, &[]), a);
    }
}
