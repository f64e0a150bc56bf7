mod cluster;
mod corrupted;
mod corrupted_asking;
mod corrupted_swarm;
mod corrupted_waits;
mod healthy;
mod live;
mod live_swarm;
