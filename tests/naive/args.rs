use std::net::SocketAddr;
use std::path::PathBuf;

/// Where the naive service listens and where it keeps its Redis.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "waggle-naive", version)]
pub(crate) struct NaiveArgs {
    #[arg(long)]
    pub(crate) listen: SocketAddr,
    #[arg(long)]
    pub(crate) data_dir: PathBuf,
}
