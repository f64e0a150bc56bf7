mod cluster;
mod corrupted;
mod corrupted_swarm;
mod healthy;
mod live;
mod live_swarm;
