//! How fast tasks come and go, from samples that are taken while they do (`lua/parts/tend_samples.lua`).

use crate::{
    limits::{RATE_MS, SAMPLE_MS, SAMPLES},
    model::Rates,
};

/// What a swarm had seen in all at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// Milliseconds.
    pub(super) at: i64,
    pub(super) submitted: u64,
    pub(super) completed: u64,
}

/// What is known of how that came about.
#[derive(Debug, Default)]
pub(super) struct History {
    /// When the swarm was made.
    pub(super) created_at: Option<i64>,
    /// What it has seen by now.
    pub(super) seen: Sample,
    /// The newest first; none is taken while nothing changes.
    pub(super) samples: Vec<Sample>,
}

/// Below this time a rate would say more of chance than of the swarm, in milliseconds.
const SHORTEST_MS: i64 = 1_000;
/// The longest a sample may be behind what it speaks of, while tasks come and go, in milliseconds.
const SLACK_MS: i64 = SAMPLE_MS.cast_signed() + 1_000;
const MINUTE_MS: i64 = RATE_MS.cast_signed();

impl History {
    /// Rates over the last minute, or over the life of a younger swarm.
    pub(super) fn rates(&self) -> Rates {
        let (base, over_ms) = self.base();
        let rate = |now: u64, then: u64| {
            // Counts and times are far below 2^52.
            #[expect(clippy::cast_precision_loss, reason = "counts and times are far below 2^52")]
            let rate = now.saturating_sub(then) as f64 * 1_000.0 / over_ms as f64;
            (rate * 1_000.0).round() / 1_000.0
        };
        Rates {
            submitted_per_s: rate(self.seen.submitted, base.submitted),
            completed_per_s: rate(self.seen.completed, base.completed),
        }
    }

    /// What had been seen a minute ago, and the time since. A sample that is much older than a minute still holds
    /// for the minute's begin: nothing changed between it and the next one.
    fn base(&self) -> (Sample, i64) {
        let age = |sample: &Sample| self.seen.at - sample.at;
        if let Some(base) = self.samples.iter().find(|sample| age(sample) >= MINUTE_MS) {
            let over = if age(base) <= MINUTE_MS + SLACK_MS { age(base) } else { MINUTE_MS };
            return (*base, over);
        }
        match self.samples.last() {
            // Samples reach back over a minute, unless the clock was turned.
            Some(oldest) if self.samples.len() >= SAMPLES => (*oldest, age(oldest).max(SHORTEST_MS)),
            // All that ever happened did so within the last minute.
            _ => {
                let life = self.created_at.map_or(MINUTE_MS, |made| self.seen.at - made);
                (Sample::default(), life.clamp(SHORTEST_MS, MINUTE_MS))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(created_at: i64, now: i64, seen: u64, samples: &[(i64, u64)]) -> History {
        let sample = |(at, submitted): (i64, u64)| Sample { at, submitted, completed: submitted / 2 };
        History {
            created_at: Some(created_at),
            seen: sample((now, seen)),
            samples: samples.iter().copied().map(sample).collect(),
        }
    }

    #[test]
    fn a_rate_is_told_over_the_last_minute() {
        for (what, history, expected) in [
            ("nothing happened", history(0, 600_000, 0, &[]), 0.0),
            ("a young swarm", history(0, 10_000, 50, &[(5_000, 20)]), 5.0),
            ("a swarm of this instant", history(0, 0, 50, &[]), 50.0),
            ("first tasks of an old swarm, not sampled yet", history(0, 600_000, 60, &[]), 1.0),
            (
                "steady work",
                history(0, 600_000, 1_130, &[(595_000, 1_120), (537_000, 500), (500_000, 1)]),
                10.0,
            ),
            ("work after a long silence", history(0, 600_000, 160, &[(590_000, 130), (100_000, 100)]), 1.0),
            ("long ago", history(0, 600_000, 100, &[(100_000, 100), (95_000, 50)]), 0.0),
        ] {
            assert!(
                (history.rates().submitted_per_s - expected).abs() < 1e-9,
                "{what}: {:?}",
                history.rates()
            );
        }
        assert!((history(0, 60_000, 60, &[]).rates().completed_per_s - 0.5).abs() < 1e-9);
    }
}
