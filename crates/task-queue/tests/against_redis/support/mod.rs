mod cluster;
mod server;
mod store;

pub(crate) use cluster::TestCluster;
pub(crate) use server::TestServer;
pub(crate) use store::{Store, agent_claim, new_task, token};
