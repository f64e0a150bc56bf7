use std::time::Duration;

use tokio::time::timeout;
use waggle_core::perf::Window;
use waggle_task_queue::{Error, FleetEntry, FleetList};

use super::published::{Published, slots_of};
use crate::perf::Monitor;
use crate::perf::report::{Missing, PoolFigures};

/// The longest that asking for the other servers may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Servers whose slots are read in one round trip.
const AT_A_TIME: usize = 4;

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
    // One at a time: a fleet of many servers is much to read.
    let Ok(_turn) = timeout(PATIENCE, monitor.fleet_turn()).await else {
        collected.miss(&"others are asking");
        return collected;
    };
    match timeout(PATIENCE, published(monitor, window)).await {
        Ok(Ok(servers)) => servers.iter().for_each(|server| collected.add(monitor, server, window)),
        Ok(Err(error)) => collected.miss(&error),
        Err(late) => collected.miss(&late),
    }
    collected
}

/// What all servers have published, a few servers at a time: calls for tasks pass between them.
async fn published(monitor: &Monitor, window: Duration) -> Result<Vec<Server>, Error> {
    let (queue, most) = (monitor.queue(), slots_of(window, monitor.config().refresh()));
    let nodes = queue.fleet_nodes().await?;
    let mut servers = Vec::with_capacity(nodes.len());
    for nodes in nodes.chunks(AT_A_TIME) {
        let lists = queue.published(nodes, FleetList::Slots, most).await?;
        servers.extend(nodes.iter().cloned().zip(lists));
    }
    Ok(servers)
}

/// A server and what it has published, the oldest first.
type Server = (String, Vec<FleetEntry>);

impl Collected {
    /// Adds another server; of this one only what it did before it was started anew.
    fn add(&mut self, monitor: &Monitor, (node, entries): &Server, window: Duration) {
        let own = node == monitor.node().as_str();
        let from = if own { monitor.recorder().age() } else { Duration::ZERO };
        for entry in entries.iter().filter(|entry| from < entry.age && entry.age <= window) {
            match Published::decode(&entry.entry) {
                Some(published) => {
                    self.window.add(&published.slot);
                    self.window.reach_back((entry.age + published.span).min(window));
                }
                None => tracing::debug!("what another server published cannot be read"),
            }
        }
        let last = entries.last().filter(|_| !own).and_then(|last| Published::decode(&last.entry));
        if let Some(published) = last {
            self.nodes += 1;
            self.pool.add(&published.pool);
        }
    }

    fn miss(&mut self, error: &impl std::fmt::Display) {
        tracing::debug!(%error, "the other servers could not be asked for");
        let reason = "Redis could not be asked: this is the part of the server that answers alone";
        self.missing.push(Missing { part: "fleet".to_owned(), reason: reason.to_owned() });
    }
}
