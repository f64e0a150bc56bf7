use std::net::SocketAddr;

use waggle_core::config::ConfigError;
use waggle_core::server::StartError;
use waggle_task_queue::migrate::KeyspaceState;

use crate::tls::TlsError;

/// Why the service did not start, or could not go on: one line that names the setting and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A setting that cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file of TLS that cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: {problem}; choose another address with `--listen` (setting `server.listen`)"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What is wrong with it.
        problem: String,
    },
    /// Whoever reaches the address could do anything.
    #[error(
        "setting `server.listen` must be a loopback address such as 127.0.0.1:8700 and not {address} while there is no token, \
         or whoever reaches it may do anything: make one with `waggle token new` and put what it prints into the settings \
         file, or set `auth.required = true` where tokens are made later; `--insecure-no-auth` allows it without"
    )]
    Open {
        /// The address.
        address: SocketAddr,
    },
    /// There is no private Redis.
    #[error(transparent)]
    PrivateRedis(#[from] StartError),
    /// The Redis that the settings name cannot be used.
    #[error("cannot use the Redis of {setting}: {problem}")]
    Redis {
        /// The setting that names it.
        setting: &'static str,
        /// What is wrong with it, and what helps.
        problem: String,
    },
    /// The data has a version that this program does not work on.
    #[error("{0}")]
    Keyspace(KeyspaceState),
    /// The operating system or the process itself does not let the service start.
    #[error("cannot start: {0}")]
    System(String),
    /// The private Redis was given up while the service ran.
    #[error("the service ends because {0}")]
    RedisGivenUp(StartError),
    /// Serving ended by itself.
    #[error("serving ended unexpectedly: {0}")]
    Serving(String),
}

impl ServeError {
    /// The exit status: 2 where the service did not start and a setting or a command helps, else 1.
    pub const fn exit_status(&self) -> u8 {
        match self {
            Self::RedisGivenUp(_) | Self::Serving(_) => 1,
            _ => 2,
        }
    }
}
