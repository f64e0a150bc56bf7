mod cluster;
mod corrupted;
mod healthy;
mod live;
