use std::collections::VecDeque;
use std::sync::Arc;

use waggle_task_queue::model::Stamp;

use super::sample::Sample;

/// The last samples, the eldest first.
#[derive(Debug)]
pub struct History {
    samples: VecDeque<Arc<Sample>>,
    most: usize,
}

impl History {
    /// One that keeps so many samples.
    pub fn new(most: u64) -> Self {
        Self { samples: VecDeque::new(), most: usize::try_from(most).unwrap_or(usize::MAX).max(1) }
    }

    /// Adds the newest one.
    pub fn add(&mut self, sample: Arc<Sample>) {
        if self.samples.len() >= self.most {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// Puts those from before a restart in front of those since.
    pub fn restore(&mut self, before: impl Iterator<Item = Arc<Sample>>) {
        let first = self.samples.front().map_or(i64::MAX, |sample| sample.at.0);
        let mut all: VecDeque<_> = before.filter(|sample| sample.at.0 < first).collect();
        all.append(&mut self.samples);
        let over = all.len().saturating_sub(self.most);
        all.drain(..over);
        self.samples = all;
    }

    /// The newest one.
    pub fn last(&self) -> Option<&Arc<Sample>> {
        self.samples.back()
    }

    /// Those of a time, both ends included, the eldest first.
    pub fn between(&self, from: Stamp, to: Stamp) -> Vec<Arc<Sample>> {
        let all = self.samples.iter();
        all.filter(|sample| (from.0..=to.0).contains(&sample.at.0)).map(Arc::clone).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: i64) -> Arc<Sample> {
        Arc::new(Sample { at: Stamp(at), ..Sample::default() })
    }

    fn all(history: &History) -> Vec<i64> {
        history.between(Stamp(0), Stamp(i64::MAX)).iter().map(|sample| sample.at.0).collect()
    }

    #[test]
    fn the_eldest_goes_when_there_are_too_many() {
        let mut history = History::new(3);
        (0..5).for_each(|at| history.add(sample(at)));
        assert_eq!(all(&history), [2, 3, 4]);
        assert_eq!(history.last().unwrap().at, Stamp(4));
    }

    #[test]
    fn samples_from_before_a_restart_stand_in_front() {
        let mut history = History::new(4);
        history.add(sample(10));
        history.restore([5, 6, 7, 8, 10, 11].into_iter().map(sample));
        assert_eq!(all(&history), [6, 7, 8, 10]);
    }

    #[test]
    fn a_range_has_both_of_its_ends() {
        let mut history = History::new(10);
        (0..10).for_each(|at| history.add(sample(at)));
        let told: Vec<_> = history.between(Stamp(3), Stamp(5)).iter().map(|sample| sample.at.0).collect();
        assert_eq!(told, [3, 4, 5]);
    }
}
