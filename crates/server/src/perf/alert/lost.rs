use std::collections::VecDeque;

use waggle_task_queue::model::Stamp;

/// For how long a lost agent is news, in milliseconds.
const NEWS_MS: i64 = 600_000;
/// The stretches that time is remembered in, which bounds memory.
const STRETCH_MS: i64 = 10_000;

/// Tells agents that were lost lately from those that have been lost for long: a lost agent is known for a day, and an
/// alert that lasts a day is one that nobody looks at any more.
///
/// It compares the number of lost agents with the lowest that was seen in the last ten minutes. So an agent that
/// comes back ends the alert at once, and those that were lost before the service started are no news; one that is lost
/// in the same refresh in which another one is forgotten is overlooked.
#[derive(Debug, Default)]
pub(super) struct LostAgents(VecDeque<Lowest>);

#[derive(Debug)]
struct Lowest {
    from: i64,
    lost: u64,
}

impl LostAgents {
    /// How many of the `lost` agents were lost lately.
    pub(super) fn news(&mut self, at: Stamp, lost: u64) -> u64 {
        while self.0.front().is_some_and(|lowest| lowest.from + NEWS_MS <= at.0) {
            self.0.pop_front();
        }
        match self.0.back_mut() {
            // Also where the clock was set back.
            Some(lowest) if at.0 < lowest.from + STRETCH_MS => lowest.lost = lowest.lost.min(lost),
            _ => self.0.push_back(Lowest { from: at.0, lost }),
        }
        let lowest = self.0.iter().map(|lowest| lowest.lost).min();
        lost - lowest.unwrap_or(lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn told(looks: &[(i64, u64)]) -> Vec<u64> {
        let mut agents = LostAgents::default();
        looks.iter().map(|&(minute, lost)| agents.news(Stamp(minute * MINUTE), lost)).collect()
    }

    #[test]
    fn agents_that_were_lost_before_the_first_look_are_no_news() {
        assert_eq!(told(&[(0, 7), (1, 7)]), [0, 0]);
    }

    #[test]
    fn an_agent_is_news_until_it_is_back_or_ten_minutes_have_passed() {
        assert_eq!(told(&[(0, 7), (1, 9), (2, 8), (3, 7)]), [0, 2, 1, 0]);
        assert_eq!(told(&[(0, 0), (1, 1), (9, 1), (10, 1), (11, 1)]), [0, 1, 1, 0, 0]);
    }

    #[test]
    fn agents_that_are_forgotten_do_not_hide_those_that_are_lost_later() {
        assert_eq!(told(&[(0, 500), (1, 3), (2, 4)]), [0, 0, 1]);
    }

    #[test]
    fn memory_is_bounded_however_often_it_is_asked_and_wherever_the_clock_goes() {
        let mut agents = LostAgents::default();
        for look in 0..100_000 {
            agents.news(Stamp(look * 100), u64::try_from(look).unwrap());
        }
        assert!(agents.0.len() <= 61, "{}", agents.0.len());
        assert_eq!(agents.news(Stamp(0), 5), 0);
    }
}
