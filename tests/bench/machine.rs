use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use crate::progress;

const WINDOW: Duration = Duration::from_secs(1);
/// Above this share of all cores somebody else's work shows in the figures.
const QUIET_SHARE: f64 = 0.05;

/// Where the figures were measured.
#[derive(Default)]
pub(crate) struct Machine {
    /// Share of all cores that was busy before anything was started; NaN where the kernel does not say.
    busy: f64,
    redis: Option<String>,
}

impl Machine {
    /// Watches the machine for a second before anything is started, and says so when it is not quiet.
    pub(crate) async fn look() -> Machine {
        let before = processor_ticks();
        tokio::time::sleep(WINDOW).await;
        let busy = match (before, processor_ticks()) {
            (Some((idle, all)), Some((idle_now, all_now))) if all_now > all => {
                1.0 - (idle_now - idle) / (all_now - all)
            }
            _ => f64::NAN,
        };
        if busy > QUIET_SHARE {
            progress::say(&format!(
                "other work keeps {:.0} % of this machine busy: expect worse figures",
                busy * 100.0
            ));
        }
        Machine { busy, redis: None }
    }

    /// Notes the version of the Redis that is measured.
    pub(crate) fn note_redis(&mut self, version: &str) {
        self.redis = Some(version.to_owned());
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "cpus": std::thread::available_parallelism().map_or(0, usize::from),
            "kernel": fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim(),
            "redis": self.redis,
            "busy_before": self.busy,
        })
    }
}

/// Idle and all ticks of all cores since the start of the machine.
fn processor_ticks() -> Option<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<f64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // Time of guests is within user time already: the first eight fields are all there is.
    Some((ticks.get(3)? + ticks.get(4)?, ticks.iter().take(8).sum()))
}
