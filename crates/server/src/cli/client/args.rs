//! The flags that say where the service is.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use reqwest::Url;
use tokio_rustls::rustls::ClientConfig;
use waggle_task_queue::model::SwarmName;

use crate::tls::{ClientFiles, TlsError, trusting_nobody};

/// Where a service usually is.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8700";

/// Which service a command is about.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServiceArgs {
    /// Address of the service. Where it asks for a token, put it into WAGGLE_TOKEN
    #[arg(long, env = "WAGGLE_URL", default_value = DEFAULT_URL, value_name = "URL")]
    pub(crate) url: String,

    /// File with the token on its first line [default: the variable WAGGLE_TOKEN]
    #[arg(long, env = "WAGGLE_TOKEN_FILE", value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) tls: TlsArgs,
}

/// Whom a client trusts over TLS, and who it is.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct TlsArgs {
    /// File with authorities in PEM that are trusted with an address of https, besides those of the machine
    #[arg(long, env = "WAGGLE_CA_FILE", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// File with a certificate in PEM that is shown to a service that asks for one
    #[arg(long, env = "WAGGLE_CLIENT_CERT", value_name = "FILE")]
    pub(crate) client_cert: Option<PathBuf>,

    /// File with the key of that certificate in PEM
    #[arg(long, env = "WAGGLE_CLIENT_KEY", value_name = "FILE")]
    pub(crate) client_key: Option<PathBuf>,
}

impl TlsArgs {
    /// The TLS of a client of `url`. The files may be set for all commands, so plain HTTP does not even read them.
    ///
    /// # Errors
    /// For the first file that cannot be used.
    pub(crate) fn of(&self, url: &Url) -> Result<ClientConfig, TlsError> {
        if url.scheme() != "https" {
            return Ok(trusting_nobody());
        }
        let files = ClientFiles {
            ca: self.ca_file.as_deref(),
            certificate: self.client_cert.as_deref(),
            key: self.client_key.as_deref(),
        };
        files.load()
    }
}

/// An address as a flag says it.
///
/// # Errors
/// Where it is none that is spoken to here.
pub(crate) fn address(url: &str) -> anyhow::Result<Url> {
    let parsed = Url::parse(url).with_context(|| format!("--url {url}: not an address"))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
        bail!("--url {url}: only http://HOST:PORT and https://HOST:PORT are spoken here");
    }
    Ok(parsed)
}

/// Which service and which of its swarms a command is about.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ConnectArgs {
    #[command(flatten)]
    pub(crate) service: ServiceArgs,

    /// Swarm that is meant
    #[arg(long, env = "WAGGLE_SWARM", default_value = "default", value_name = "NAME")]
    pub(crate) swarm: SwarmName,
}

impl ConnectArgs {
    /// The same service and another swarm, where one was named.
    pub(crate) fn or(mut self, named: Option<SwarmName>) -> Self {
        self.swarm = named.unwrap_or(self.swarm);
        self
    }
}

impl From<ServiceArgs> for ConnectArgs {
    /// For calls about the service itself, where no swarm is meant.
    fn from(service: ServiceArgs) -> Self {
        Self { service, swarm: SwarmName::default() }
    }
}
