use std::fs;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bench::report::progress;
use crate::bench::report::run::Run;

const WINDOW: Duration = Duration::from_secs(1);
/// Above this share of all cores somebody else's work shows in the figures.
const QUIET_SHARE: f64 = 0.05;
const GIB: u64 = 1 << 30;

/// Where the figures were measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    cpus: usize,
    /// What the processor calls itself.
    #[serde(default)]
    processor: String,
    #[serde(default)]
    memory_bytes: u64,
    kernel: String,
    /// The version of the Redis that was measured.
    pub(crate) redis: Option<String>,
    /// Share of all cores that was busy before anything was started; nothing where the kernel does not say.
    busy_before: Option<f64>,
}

impl Machine {
    /// Watches the machine for a second before anything is started, and says so when it is not quiet.
    pub(crate) async fn look() -> Self {
        let before = processor_ticks();
        tokio::time::sleep(WINDOW).await;
        let busy_before = match (before, processor_ticks()) {
            (Some((idle, all)), Some((idle_now, all_now))) if all_now > all => {
                Some(1.0 - (idle_now - idle) / (all_now - all))
            }
            _ => None,
        };
        if let Some(busy) = busy_before.filter(|busy| *busy > QUIET_SHARE) {
            let percent = busy * 100.0;
            progress::say(&format!(
                "other work keeps {percent:.0} % of this machine busy: expect worse figures"
            ));
        }
        Self {
            cpus: std::thread::available_parallelism().map_or(0, usize::from),
            processor: field("/proc/cpuinfo", "model name").unwrap_or_default(),
            memory_bytes: memory_bytes().unwrap_or(0),
            kernel: kernel().unwrap_or_default(),
            redis: None,
            busy_before,
        }
    }

    /// The machine in a sentence, with the day and the program.
    pub(crate) fn text(&self, run: &Run) -> String {
        let Self { cpus, processor, kernel, .. } = self;
        let day: String = run.measured_at.to_text().chars().take_while(|char| *char != 'T').collect();
        let redis = self.redis.as_deref().unwrap_or("of unknown version");
        let memory = self.memory_bytes.div_ceil(GIB);
        let busy =
            self.busy_before.map(|share| format!(", {:.0} % busy with other work before", share * 100.0));
        let quick = if run.quick { " With `--quick`: fewer and smaller rounds." } else { "" };
        format!(
            "Measured on {day} with Waggle {} and Redis {redis} on {cpus} cores ({processor}), {memory} GiB, Linux {kernel}{}.{quick}\n",
            run.version,
            busy.unwrap_or_default()
        )
    }
}

/// Its version, without what a distribution adds.
fn kernel() -> Option<String> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    release.trim().split('-').next().map(str::to_owned)
}

fn memory_bytes() -> Option<u64> {
    let kilobytes: u64 = field("/proc/meminfo", "MemTotal")?.trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The first value of this name in a file of the kernel.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))?;
    Some(value.trim().to_owned())
}

/// Idle and all ticks of all cores since the start of the machine.
fn processor_ticks() -> Option<(f64, f64)> {
    let text = fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<f64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // Time of guests is within user time already: the first eight fields are all there is.
    Some((ticks.get(3)? + ticks.get(4)?, ticks.iter().take(8).sum()))
}
