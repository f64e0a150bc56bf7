use hdrhistogram::Histogram;

use super::slot::Tally;
use super::{Count, Series};

/// Two significant digits: a value is told within one percent.
const DIGITS: u8 = 2;

/// What one thread has recorded since it was gathered last.
#[derive(Debug, Default)]
pub(super) struct Shard {
    pub(super) series: [Option<Histogram<u32>>; Series::COUNT],
    pub(super) counts: [u64; Count::COUNT],
    pub(super) operations: Vec<Tally>,
    pub(super) errors: Vec<u64>,
}

impl Shard {
    pub(super) fn record(&mut self, series: Series, value: u64, times: u32) {
        let histogram = self.series[series as usize].get_or_insert_with(|| histogram(series));
        histogram.saturating_record_n(value, times);
    }

    pub(super) fn count(&mut self, count: Count, by: u64) {
        self.counts[count as usize] += by;
    }

    pub(super) fn operation(&mut self, number: u16, tally: Tally) {
        at(&mut self.operations, number).add(tally);
    }

    pub(super) fn error(&mut self, number: u16) {
        *at(&mut self.errors, number) += 1;
    }

    /// Moves everything into `other`, and is empty then; its memory stays.
    pub(super) fn drain_into(&mut self, other: &mut Self) {
        for (series, (mine, theirs)) in
            Series::ALL.into_iter().zip(self.series.iter_mut().zip(&mut other.series))
        {
            let Some(mine) = mine.as_mut().filter(|mine| !mine.is_empty()) else { continue };
            let theirs = theirs.get_or_insert_with(|| histogram(series));
            // Both are of the same bounds, so nothing can be refused.
            let _same_bounds = theirs.add(&*mine);
            mine.reset();
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&mut other.counts) {
            *theirs += std::mem::take(mine);
        }
        for (number, mine) in (0..).zip(&mut self.operations) {
            if mine.count > 0 {
                other.operation(number, std::mem::take(mine));
            }
        }
        for (number, mine) in (0..).zip(&mut self.errors) {
            if *mine > 0 {
                *at(&mut other.errors, number) += std::mem::take(mine);
            }
        }
    }
}

/// A histogram of the bounds that all of a series have.
pub(super) fn histogram<C: hdrhistogram::Counter>(series: Series) -> Histogram<C> {
    Histogram::new_with_bounds(1, series.largest(), DIGITS)
        .expect("the bounds are constants that hdrhistogram takes")
}

fn at<T: Default + Clone>(list: &mut Vec<T>, number: u16) -> &mut T {
    let at = usize::from(number);
    if list.len() <= at {
        list.resize(at + 1, T::default());
    }
    &mut list[at]
}
