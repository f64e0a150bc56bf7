use std::fmt;
use std::path::PathBuf;

use crate::config::Mode;

/// Where Redis is.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A unix socket: the private Redis.
    Unix(PathBuf),
    /// `redis://[user:password@]host[:port][/db]`.
    Url(String),
    /// Some nodes of a cluster, as URLs; the others are found from them.
    Cluster(Vec<String>),
}

impl Target {
    /// One server or a cluster.
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Unix(_) | Self::Url(_) => Mode::Single,
            Self::Cluster(_) => Mode::Cluster,
        }
    }
}

/// Without addresses: they may hold a password.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => f.debug_tuple("Unix").field(path).finish(),
            Self::Url(_) => f.debug_tuple("Url").finish_non_exhaustive(),
            Self::Cluster(urls) => f.debug_tuple("Cluster").field(&urls.len()).finish(),
        }
    }
}
