//! The flags that say where the service is.

use std::path::PathBuf;

use waggle_task_queue::model::SwarmName;

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
