use std::cmp::Reverse;
use std::collections::VecDeque;

use waggle_task_queue::model::Stamp;

use super::lost::LostAgents;
use super::rules;
use super::standing::Standing;
use super::{AlertName, Readings};
use crate::config::AlertsConfig;
use crate::perf::report::Alert;

/// Alerts that fired or were resolved and are remembered.
pub const HISTORY: usize = 200;

/// Where every alert stands, and what has been told.
#[derive(Debug)]
pub struct AlertBook {
    config: AlertsConfig,
    standings: [Standing; AlertName::ALL.len()],
    lost: LostAgents,
    history: VecDeque<Alert>,
}

impl AlertBook {
    /// No alert stands.
    pub fn new(config: AlertsConfig) -> Self {
        Self { config, standings: Default::default(), lost: LostAgents::default(), history: VecDeque::new() }
    }

    /// Judges what a refresh at `at` has found. Returns what has to be told: alerts that fire now, and those that are
    /// resolved now. What was not measured stays as it is.
    pub fn judge(&mut self, at: Stamp, readings: &Readings) -> Vec<Alert> {
        let lately_lost = readings.agents_lost.map(|lost| self.lost.news(at, lost));
        let told: Vec<_> = AlertName::ALL
            .into_iter()
            .zip(&mut self.standings)
            .filter_map(|(name, standing)| {
                let finding = rules::judge(name, readings, lately_lost, &self.config)?;
                standing.judge(name, at, finding)
            })
            .collect();
        told.iter().for_each(|alert| self.remember(alert));
        told
    }

    /// Alerts that are pending or firing, the worst first.
    pub fn active(&self) -> Vec<Alert> {
        let standings = AlertName::ALL.into_iter().zip(&self.standings);
        let mut active: Vec<_> = standings.filter_map(|(name, standing)| standing.active(name)).collect();
        active.sort_by_key(|alert| Reverse(alert.severity));
        active
    }

    /// Alerts that fired or were resolved, the newest first; [`HISTORY`] of them at most.
    pub fn history(&self) -> Vec<Alert> {
        self.history.iter().rev().cloned().collect()
    }

    fn remember(&mut self, alert: &Alert) {
        if self.history.len() == HISTORY {
            self.history.pop_front();
        }
        self.history.push_back(alert.clone());
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
