//! What happens in a swarm.

pub(crate) mod follow;
