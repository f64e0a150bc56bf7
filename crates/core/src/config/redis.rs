use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::redis_address::{Named, check_user};
use super::{
    BreakerConfig, CodecConfig, Durability, HotConfig, Invalid, PipelineConfig, PoolConfig, PrivateConfig,
    RedisTlsConfig, Validate,
};

/// What kind of Redis holds the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum Mode {
    /// One server: the private one, or the one `redis.url` names.
    #[default]
    Single,
    /// A Redis Cluster, found through `redis.urls`.
    Cluster,
}

impl TryFrom<String> for Mode {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        match word.as_str() {
            "single" => Ok(Self::Single),
            "cluster" => Ok(Self::Cluster),
            _ => Err("expected `single` or `cluster`"),
        }
    }
}

/// `[redis]`: where the data is, and how it is reached.
///
/// `Debug` leaves the addresses out, because they may hold a password.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// `single` (default) or `cluster`.
    pub mode: Mode,
    /// Address of the server in mode `single`. Empty (default): a private Redis is started.
    pub url: String,
    /// Addresses of some nodes in mode `cluster`, from which the others are found. Default none.
    pub urls: Vec<String>,
    /// Who the service is to Redis. Empty (default): the user that the address names, or Redis's default user. The
    /// private Redis has no user but the default one, unless this names one: then it is made with the least rights.
    pub username: String,
    /// File whose first line is the password. Empty (default): the password that the address holds, or none.
    pub password_file: String,
    /// Whom an address that begins with `rediss://` is trusted to be, and who the service says it is.
    pub tls: RedisTlsConfig,
    /// `everysec` (default) or `strict`; concerns the private Redis alone.
    pub durability: Durability,
    /// The program of the private Redis. Empty (default): bundled beside this binary, else on the path.
    pub server_path: String,
    /// Connections for exclusive use.
    pub pool: PoolConfig,
    /// Shared connections.
    pub hot: HotConfig,
    /// Calls that travel together.
    pub pipeline: PipelineConfig,
    /// When to stop asking.
    pub breaker: BreakerConfig,
    /// Compression of stored values.
    pub codec: CodecConfig,
}

impl RedisConfig {
    /// Seed addresses of a cluster at most.
    pub const MAX_SEEDS: usize = 64;

    /// What the private Redis needs, or `None` where an address or a cluster is configured.
    pub fn private(&self) -> Option<PrivateConfig> {
        let wanted = self.mode == Mode::Single && self.url.is_empty();
        wanted.then(|| PrivateConfig {
            server_path: (!self.server_path.is_empty()).then(|| PathBuf::from(&self.server_path)),
            durability: self.durability,
            user: None,
        })
    }

    /// Whether an address holds a password: then it must not stand where others can read it.
    pub fn holds_password(url: &str) -> bool {
        Named::read(url).is_some_and(|named| named.password)
    }

    fn validate_addresses(&self) -> Result<(), Invalid> {
        match self.mode {
            Mode::Single if !self.urls.is_empty() => {
                Err(Invalid::new("urls", "is for `redis.mode = \"cluster\"`; set that, or use `redis.url`"))
            }
            Mode::Cluster if self.urls.is_empty() => {
                Err(Invalid::new("urls", "must name at least one node where `redis.mode` is `cluster`")
                    .and("mode"))
            }
            Mode::Cluster if !self.url.is_empty() => {
                Err(Invalid::new("url", "is for `redis.mode = \"single\"`; name the nodes in `redis.urls`"))
            }
            Mode::Cluster if self.urls.len() > Self::MAX_SEEDS => {
                Err(Invalid::new("urls", format!("must name at most {} nodes", Self::MAX_SEEDS)))
            }
            Mode::Cluster if self.urls.iter().any(|url| Named::read(url).is_none()) => {
                Err(Invalid::new("urls", "must be addresses such as redis://10.0.0.1:6379"))
            }
            Mode::Single if !self.url.is_empty() && Named::read(&self.url).is_none() => {
                Err(Invalid::new("url", "must be an address such as redis://127.0.0.1:6379"))
            }
            _ => Ok(()),
        }
    }

    /// That nothing is said twice, and nothing is said that no address wants to know.
    fn validate_access(&self) -> Result<(), Invalid> {
        let (key, urls) = match self.mode {
            Mode::Single => ("url", std::slice::from_ref(&self.url)),
            Mode::Cluster => ("urls", &self.urls[..]),
        };
        let named: Vec<_> = urls.iter().filter_map(|url| Named::read(url)).collect();
        let twice = |own: &str| {
            Err(Invalid::new(own, format!("is said by `redis.{key}` as well; leave it out of one of them")))
        };
        if named.iter().any(|address| address.insecure) {
            let remedy =
                "must not end in `#insecure`: name the authority that is trusted in `redis.tls.ca_file`";
            return Err(Invalid::new(key, remedy));
        }
        if named.iter().any(|address| address.tls) && !named.iter().all(|address| address.tls) {
            return Err(Invalid::new(key, "must begin with `rediss://` everywhere or nowhere"));
        }
        if !self.username.is_empty() {
            check_user("username", &self.username)?;
            if named.iter().any(|address| address.user) {
                return twice("username");
            }
        }
        if !self.password_file.is_empty() {
            if named.is_empty() {
                let remedy =
                    "is for a Redis that `redis.url` names; nobody but the service reaches the private one";
                return Err(Invalid::new("password_file", remedy));
            }
            if named.iter().any(|address| address.password) {
                return twice("password_file");
            }
        }
        let encrypted = named.iter().any(|address| address.tls);
        self.tls.validate(encrypted).map_err(|e| e.under("tls"))
    }
}

impl Validate for RedisConfig {
    fn validate(&self) -> Result<(), Invalid> {
        self.validate_addresses()?;
        self.validate_access()?;
        self.pool.validate().map_err(|e| e.under("pool"))?;
        self.hot.validate().map_err(|e| e.under("hot"))?;
        self.pipeline.validate().map_err(|e| e.under("pipeline"))?;
        self.breaker.validate().map_err(|e| e.under("breaker"))?;
        self.codec.validate().map_err(|e| e.under("codec"))
    }
}

impl fmt::Debug for RedisConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisConfig")
            .field("mode", &self.mode)
            .field("username", &self.username)
            .field("password_file", &self.password_file)
            .field("tls", &self.tls)
            .field("durability", &self.durability)
            .field("server_path", &self.server_path)
            .field("pool", &self.pool)
            .field("hot", &self.hot)
            .field("pipeline", &self.pipeline)
            .field("breaker", &self.breaker)
            .field("codec", &self.codec)
            .finish_non_exhaustive()
    }
}
