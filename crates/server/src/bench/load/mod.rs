//! What puts the load on, from this process: cheap, so that what is measured keeps the machine.

pub(super) mod agents;
pub(super) mod answer;
pub(super) mod connection;
pub(super) mod crowd;
pub(super) mod drive;
pub(super) mod operations;
pub(super) mod receipts;
pub(super) mod request;
pub(super) mod scale;
pub(super) mod token;
pub(super) mod turn;
pub(super) mod waits;
