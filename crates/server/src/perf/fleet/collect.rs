use std::time::Duration;

use tokio::time::timeout;
use waggle_core::perf::Window;
use waggle_task_queue::{Error, FleetEntry, FleetList};

use super::published::{Published, slots_of};
use crate::perf::Monitor;
use crate::perf::report::{Missing, PoolFigures};

/// The longest that asking for the other servers may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// What one server or several did.
#[derive(Debug)]
pub struct Collected {
    /// What they recorded, merged.
    pub window: Window,
    /// Their pools, added up.
    pub pool: PoolFigures,
    /// How many they are.
    pub nodes: u64,
    /// What could not be had.
    pub missing: Vec<Missing>,
}

/// What this server did.
pub fn own(monitor: &Monitor, window: Duration) -> Collected {
    Collected { window: monitor.window(window), pool: monitor.pool(), nodes: 1, missing: Vec::new() }
}

/// What all servers on this Redis did that have published lately; this one's part as it is now, the others' as of their
/// last refresh. A server that is gone is left out once what it published has expired.
pub async fn collect(monitor: &Monitor, window: Duration) -> Collected {
    let mut collected = own(monitor, window);
    let others = timeout(PATIENCE, others(monitor, window)).await;
    match others {
        Ok(Ok(others)) => others.into_iter().for_each(|entries| collected.add(&entries, window)),
        Ok(Err(error)) => collected.miss(&error),
        Err(late) => collected.miss(&late),
    }
    collected
}

async fn others(monitor: &Monitor, window: Duration) -> Result<Vec<Vec<FleetEntry>>, Error> {
    let queue = monitor.queue();
    let mut nodes = queue.fleet_nodes().await?;
    nodes.retain(|node| node != monitor.node().as_str());
    let most = slots_of(window, monitor.config().refresh());
    queue.published(&nodes, FleetList::Slots, most).await
}

impl Collected {
    fn add(&mut self, entries: &[FleetEntry], window: Duration) {
        let Some(last) = entries.last() else { return };
        self.nodes += 1;
        for entry in entries.iter().filter(|entry| entry.age <= window) {
            match Published::decode(&entry.entry) {
                Some(published) => self.window.add(&published.slot),
                None => tracing::debug!("what another server published cannot be read"),
            }
        }
        if let Some(published) = Published::decode(&last.entry) {
            self.pool.add(&published.pool);
        }
    }

    fn miss(&mut self, error: &impl std::fmt::Display) {
        tracing::debug!(%error, "the other servers could not be asked for");
        let reason = "Redis could not be asked: this is the part of the server that answers alone";
        self.missing.push(Missing { part: "fleet".to_owned(), reason: reason.to_owned() });
    }
}
