use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::names::Names;
use super::shard::{Shard, histogram};
use super::slot::{Slot, Tally};
use super::{Count, Series};

/// Values with two significant digits.
pub type Histogram = hdrhistogram::Histogram<u64>;

/// What was recorded in a stretch of time up to now, in one server or in several.
#[derive(Debug, Clone)]
pub struct Window {
    span: Duration,
    series: [Option<Histogram>; Series::COUNT],
    counts: [u64; Count::COUNT],
    operations: BTreeMap<Arc<str>, Tally>,
    errors: BTreeMap<Arc<str>, u64>,
}

impl Window {
    /// A window in which nothing was recorded.
    pub fn new(span: Duration) -> Self {
        Self {
            span,
            series: std::array::from_fn(|_| None),
            counts: [0; Count::COUNT],
            operations: BTreeMap::new(),
            errors: BTreeMap::new(),
        }
    }

    /// The window that one stretch of time makes.
    pub fn of(slot: &Slot, span: Duration) -> Self {
        let mut window = Self::new(span.max(Duration::from_millis(1)));
        window.add(slot);
        window
    }

    /// How long it is.
    pub const fn span(&self) -> Duration {
        self.span
    }

    /// Says that it reaches back so far at least: what another server did was added.
    pub fn reach_back(&mut self, span: Duration) {
        self.span = self.span.max(span);
    }

    /// The values of a series; nothing where none was recorded.
    pub fn histogram(&self, series: Series) -> Option<&Histogram> {
        self.series[series as usize].as_ref()
    }

    /// How many values a series has.
    pub fn recorded(&self, series: Series) -> u64 {
        self.histogram(series).map_or(0, Histogram::len)
    }

    /// What was counted.
    pub const fn count(&self, count: Count) -> u64 {
        self.counts[count as usize]
    }

    /// Operations by name.
    pub const fn operations(&self) -> &BTreeMap<Arc<str>, Tally> {
        &self.operations
    }

    /// Errors by code.
    pub const fn errors(&self) -> &BTreeMap<Arc<str>, u64> {
        &self.errors
    }

    /// Adds a stretch of time, of this server or of another one.
    pub fn add(&mut self, slot: &Slot) {
        for (series, values) in &slot.series {
            let histogram = self.series[*series as usize].get_or_insert_with(|| histogram(*series));
            for (value, times) in values {
                histogram.saturating_record_n((*value).into(), (*times).into());
            }
        }
        for (count, value) in &slot.counts {
            self.counts[*count as usize] += value;
        }
        for (name, tally) in &slot.operations {
            self.operations.entry(Arc::clone(name)).or_default().add(*tally);
        }
        for (code, times) in &slot.errors {
            *self.errors.entry(Arc::clone(code)).or_default() += times;
        }
    }

    pub(super) fn add_shard(&mut self, shard: &Shard, operations: &Names, errors: &Names) {
        for (series, (mine, theirs)) in Series::ALL.into_iter().zip(self.series.iter_mut().zip(&shard.series))
        {
            let Some(theirs) = theirs.as_ref().filter(|theirs| !theirs.is_empty()) else { continue };
            let mine = mine.get_or_insert_with(|| histogram(series));
            for step in theirs.iter_recorded() {
                mine.saturating_record_n(step.value_iterated_to(), step.count_at_value().into());
            }
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&shard.counts) {
            *mine += theirs;
        }
        for (number, tally) in (0..).zip(&shard.operations).filter(|(_, tally)| tally.count > 0) {
            self.operations.entry(operations.name(number)).or_default().add(*tally);
        }
        for (number, times) in (0..).zip(&shard.errors).filter(|(_, times)| **times > 0) {
            *self.errors.entry(errors.name(number)).or_default() += times;
        }
    }
}
