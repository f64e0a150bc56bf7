//! What can be measured, one file each.

pub(super) mod batch;
pub(super) mod capacity;
pub(super) mod ceiling;
pub(super) mod events;
pub(super) mod growth;
pub(super) mod heartbeats;
pub(super) mod idle;
pub(super) mod latency;
pub(super) mod messages;
pub(super) mod metrics;
pub(super) mod naive;
pub(super) mod peers;
pub(super) mod recording;
pub(super) mod report;
pub(super) mod settlements;
pub(super) mod single;
pub(super) mod snapshot;
pub(super) mod transaction;
