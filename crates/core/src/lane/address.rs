use std::time::Duration;

use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, PushInfo, RedisError,
    TlsCertificates,
};

use super::certificates;
use super::credentials::Credentials;
use crate::Error;
use crate::config::RedisConfig;
use crate::handle::Target;

/// The kernel gives up on written bytes that nobody acknowledges after this
/// long, so a peer that vanished does not hold a connection for a quarter of an
/// hour. Longer than any response timeout in use, so that it never ends a wait
/// that still has a reply to hope for.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

/// Where Redis is, with the transport settings every lane shares.
#[derive(Clone)]
pub(crate) enum Address {
    Single(ConnectionInfo),
    Cluster(Seeds),
}

/// Some nodes of a cluster, and what all nodes have in common.
#[derive(Clone)]
pub(crate) struct Seeds {
    nodes: Vec<ConnectionInfo>,
    tcp: TcpSettings,
    certificates: Option<TlsCertificates>,
}

impl Address {
    /// Reads the password and the certificates from their files.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] for an address that does not parse, [`Error::Access`] for files that cannot be used;
    /// they name the setting and never the address, which may hold a password.
    pub(crate) fn new(target: &Target, config: &RedisConfig) -> Result<Self, Error> {
        let tcp = tcp_settings(config);
        let credentials = Credentials::read(config)?;
        let prepare = |info: ConnectionInfo| prepared(credentials.with(info), &tcp);
        match target {
            Target::Unix(path) => {
                let info = ConnectionAddr::Unix(path.clone()).into_connection_info();
                info.map(|info| Self::Single(prepare(info))).map_err(|e| unusable("the socket path", &e))
            }
            Target::Url(url) => {
                let info = url.as_str().into_connection_info().map_err(|e| unusable("redis.url", &e))?;
                let certificates = certificates::read(&config.tls)?;
                certificates::with(prepare(info), certificates.as_ref()).map(Self::Single)
            }
            Target::Cluster(urls) => {
                let nodes = urls
                    .iter()
                    .map(|url| url.as_str().into_connection_info().map(prepare))
                    .collect::<Result<_, _>>()
                    .map_err(|e| unusable("redis.urls", &e))?;
                let certificates = certificates::read(&config.tls)?;
                Ok(Self::Cluster(Seeds { nodes, tcp, certificates }))
            }
        }
    }
}

/// A client of one server.
pub(crate) fn client(info: &ConnectionInfo) -> Result<Client, Error> {
    Client::open(info.clone()).map_err(|error| unusable("the address of Redis", &error))
}

/// A cluster client that never repeats a command by itself.
///
/// The library's own retries repeat a whole command, also after the connection
/// broke with the command already written; who may repeat what is decided in
/// one place, in [`cluster`](super::cluster).
pub(crate) fn cluster_client(
    seeds: &Seeds,
    connect_timeout: Duration,
    response_timeout: Duration,
    on_push: Option<Box<dyn Fn(PushInfo) + Send + Sync>>,
) -> Result<ClusterClient, Error> {
    let mut builder = ClusterClientBuilder::new(seeds.nodes.iter().cloned())
        .use_protocol(ProtocolVersion::RESP3)
        .retries(0)
        .connection_timeout(connect_timeout)
        .response_timeout(response_timeout)
        .overall_response_timeout(Some(connect_timeout + response_timeout))
        .write_backpressure_boundary(super::single::WRITE_BOUNDARY)
        .tcp_settings(seeds.tcp.clone());
    if let Some(certificates) = &seeds.certificates {
        builder = builder.certs(certificates.clone());
    }
    if let Some(on_push) = on_push {
        builder = builder.push_sender(move |push: PushInfo| -> Result<(), ()> {
            on_push(push);
            Ok(())
        });
    }
    builder.build().map_err(|error| unusable("redis.urls", &error))
}

fn prepared(info: ConnectionInfo, tcp: &TcpSettings) -> ConnectionInfo {
    let redis = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    // A user with the least rights may not say which library it uses, and that is no loss: connections have names.
    let redis = match redis.username() {
        Some(_) => redis.set_skip_set_lib_name(),
        None => redis.set_lib_name("waggle", env!("CARGO_PKG_VERSION")),
    };
    info.set_redis_settings(redis).set_tcp_settings(tcp.clone())
}

fn tcp_settings(config: &RedisConfig) -> TcpSettings {
    let keep_alive = config.pool.keep_alive();
    TcpSettings::default()
        .set_nodelay(config.pool.no_delay)
        .set_keepalive(TcpKeepalive::new().with_time(keep_alive).with_interval(keep_alive))
        .set_user_timeout(TCP_USER_TIMEOUT)
}

fn unusable(setting: &str, error: &RedisError) -> Error {
    Error::unavailable(format!("{setting} cannot be used: {}", error.category()))
}
